// rows: go-20
//
// Go has no scopes: what they do is written here with a WaitGroup.
package main

import (
	"fmt"
	"sync"
)

// Calls both at once and waits for them.
func both(left, right func()) {
	var group sync.WaitGroup
	group.Go(left)
	group.Go(right)
	group.Wait()
}

// The sum of the values, by halves.
func sum(values []int) int {
	if len(values) <= 4 {
		total := 0
		for _, value := range values {
			total += value
		}
		return total
	}
	var left, right int
	half := len(values) / 2
	both(func() { left = sum(values[:half]) }, func() { right = sum(values[half:]) })
	return left + right
}

func main() {
	numbers := []int{1, 2, 3, 4}
	left, right := numbers[:2], numbers[2:]
	both(func() { left[0] = 10 }, func() { right[1] = 40 })
	fmt.Println(numbers)

	many := make([]int, 1000)
	for i := range many {
		many[i] = i
	}
	fmt.Println("by halves", sum(many))

	// One waits for the other: they run at the same time.
	ping, pong := make(chan int), make(chan int)
	both(func() {
		for i := range 3 {
			ping <- i
			fmt.Println("answered", <-pong)
		}
		close(ping)
	}, func() {
		for value := range ping {
			pong <- value * value
		}
	})

	// A lock around what both change.
	var lock sync.Mutex
	words := map[string]int{}
	count := func(text ...string) func() {
		return func() {
			for _, word := range text {
				lock.Lock()
				words[word]++
				lock.Unlock()
			}
		}
	}
	both(count("to", "be", "or"), count("not", "to", "be"))
	fmt.Println(words)

	// What a goroutine of a group starts in it is waited for too.
	var group sync.WaitGroup
	found := make(chan string, 3)
	group.Go(func() {
		group.Go(func() {
			group.Go(func() { found <- "grandchild" })
		})
	})
	group.Wait()
	fmt.Println(<-found)
}
