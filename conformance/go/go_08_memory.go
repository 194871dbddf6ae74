// rows: go-08
//
// Plain variables that only channels keep apart: what is lost or seen too early changes a sum.
package main

import "fmt"

const rounds = 2000

func main() {
	// A send happens before its receive completes.
	written, early := 0, 0
	c, goOn := make(chan int, 1), make(chan struct{})
	go func() {
		for i := 1; i <= rounds; i++ {
			written = i
			c <- i
			<-goOn
		}
		close(c)
	}()
	for i := range c {
		if written != i {
			early++
		}
		goOn <- struct{}{}
	}
	fmt.Println("written before the receive", written, early)

	// Without a buffer a receive happens before its send completes.
	read, late := 0, 0
	handed, done := make(chan int), make(chan struct{})
	go func() {
		for i := 1; i <= rounds; i++ {
			read = i
			<-handed
			<-done
		}
	}()
	for i := 1; i <= rounds; i++ {
		handed <- i
		if read != i {
			late++
		}
		done <- struct{}{}
	}
	fmt.Println("read before the send completed", read, late)

	// The k-th receive happens before the k+1st send completes: one place is a lock.
	total := 0
	lock, ended := make(chan struct{}, 1), make(chan struct{})
	for range 4 {
		go func() {
			for range rounds {
				lock <- struct{}{}
				total++
				<-lock
			}
			ended <- struct{}{}
		}()
	}
	for range 4 {
		<-ended
	}
	fmt.Println("counted", total)

	// Three places let three in: who is in counts himself in and out, under a lock of one place.
	inside, most := 0, 0
	places := make(chan struct{}, 3)
	for range 8 {
		go func() {
			for range rounds / 8 {
				places <- struct{}{}
				lock <- struct{}{}
				inside++
				most = max(most, inside)
				<-lock
				lock <- struct{}{}
				inside--
				<-lock
				<-places
			}
			ended <- struct{}{}
		}()
	}
	for range 8 {
		<-ended
	}
	fmt.Println("no more than three", most <= 3, inside)

	// A close happens before the receive that sees it.
	table := make([]int, 64)
	ready, sums := make(chan struct{}), make(chan int)
	for range 4 {
		go func() {
			sum := 0
			<-ready
			for _, v := range table {
				sum += v
			}
			sums <- sum
		}()
	}
	for i := range table {
		table[i] = i
	}
	close(ready)
	fmt.Println("filled before the close", <-sums, <-sums, <-sums, <-sums)
}
