// rows: go-05
package main

import (
	"fmt"
	"runtime"
)

func main() {
	runtime.GOMAXPROCS(1)

	// Receivers are served in the order they came.
	values, got := make(chan int), make(chan string, 4)
	for i := range 4 {
		go func() { got <- fmt.Sprint("receiver ", i, " got ", <-values) }()
		runtime.Gosched()
	}
	for i := range 4 {
		values <- i * 10
		fmt.Println(<-got)
	}

	// So are senders.
	for i := range 4 {
		go func() { values <- i }()
		runtime.Gosched()
	}
	fmt.Println("senders", <-values, <-values, <-values, <-values)

	// What waits before a full buffer comes after what is in it.
	buffered := make(chan int, 2)
	buffered <- 0
	buffered <- 1
	for i := range 3 {
		go func() { buffered <- i + 2 }()
		runtime.Gosched()
	}
	for len(buffered) > 0 {
		fmt.Println("took", <-buffered, "left", len(buffered))
	}

	// A select stands in line as others do.
	other, chose, received := make(chan int), make(chan int), make(chan int)
	go func() {
		select {
		case v := <-values:
			chose <- v
		case <-other:
		}
	}()
	runtime.Gosched()
	go func() { received <- <-values }()
	runtime.Gosched()
	values <- 1
	values <- 2
	fmt.Println("the select got", <-chose, "the receive got", <-received)
}
