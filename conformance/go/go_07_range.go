// rows: go-07
package main

import "fmt"

func source() chan int {
	fmt.Println("the channel is evaluated")
	c := make(chan int, 4)
	for v := range 4 {
		c <- v
	}
	close(c)
	return c
}

func main() {
	for v := range source() {
		fmt.Println("value", v)
	}

	c := source()
	for v := range c {
		if v == 0 {
			continue
		}
		fmt.Println("leaves at", v, "with", len(c), "to come")
		break
	}
	for v := range c {
		fmt.Println("goes on at", v)
	}
	for range c {
		fmt.Println("not reached")
	}

	// A turn is taken before the next value is: the sender is never two ahead.
	numbers, taken := make(chan int), make(chan int, 8)
	go func() {
		for v := range 3 {
			numbers <- v
			taken <- v
		}
		close(numbers)
	}()
	for v := range numbers {
		if v > 0 {
			fmt.Println("the sender was told of", <-taken)
		}
		fmt.Println("turn", v)
	}

	// The end is found by one who waits for a value already.
	signals, ended := make(chan struct{}), make(chan int)
	go func(signals <-chan struct{}) {
		turns := 0
		for range signals {
			turns++
		}
		ended <- turns
	}(signals)
	signals <- struct{}{}
	signals <- struct{}{}
	close(signals)
	fmt.Println("turns without a value", <-ended)

	// Two share what there is.
	work, sums := make(chan int), make(chan int)
	for range 2 {
		go func() {
			sum := 0
			for v := range work {
				sum += v
			}
			sums <- sum
		}()
	}
	for v := range 100 {
		work <- v
	}
	close(work)
	fmt.Println("shared", <-sums+<-sums)

	// A range in a range, and a value that is a channel.
	rows := make(chan chan int, 2)
	rows <- source()
	rows <- source()
	close(rows)
outer:
	for row := range rows {
		for v := range row {
			if v == 2 {
				continue outer
			}
			fmt.Println("cell", v)
		}
	}
}
