// rows: go-01
package main

import (
	"fmt"
	"runtime"
)

func note(what string, value int) int {
	fmt.Println("evaluates", what)
	return value
}

// A plain function that waits: nothing about it says so.
func next(c chan int) int {
	return <-c
}

func main() {
	runtime.GOMAXPROCS(1)
	done := make(chan struct{})
	captured := 1
	go func(argument int) {
		fmt.Println("the body has", argument, "and sees", captured)
		close(done)
	}(note("the argument", captured))
	captured = 2
	fmt.Println("goes on before the body begins")
	<-done

	numbers := make(chan int)
	go func() {
		for i := range 3 {
			numbers <- i
		}
	}()
	fmt.Println("sum", next(numbers)+next(numbers)+next(numbers))

	// Each iteration has its own variable.
	squares := make(chan int, 4)
	for i := range 4 {
		go func() { squares <- i * i }()
	}
	sum := 0
	for range 4 {
		sum += <-squares
	}
	fmt.Println("squares", sum)

	// A goroutine starts others, and outlives the function that started it.
	start := func() chan string {
		answer := make(chan string)
		go func() {
			go func() { answer <- "from a grandchild" }()
		}()
		return answer
	}
	fmt.Println(<-start())
}
