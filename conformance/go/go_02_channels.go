// rows: go-02, go-05, go-07
package main

import (
	"fmt"
	"runtime"
)

func main() {
	runtime.GOMAXPROCS(1)
	buffered := make(chan int, 3)
	fmt.Println("empty", len(buffered), cap(buffered))
	for i := range 3 {
		buffered <- i
	}
	fmt.Println("full", len(buffered), cap(buffered))
	select {
	case buffered <- 3:
		fmt.Println("sent to a full channel")
	default:
		fmt.Println("no room")
	}
	done := make(chan struct{})
	go func() {
		buffered <- 4
		done <- struct{}{}
	}()
	runtime.Gosched()
	fmt.Println("head", <-buffered)
	fmt.Println("the waiting sender is in", len(buffered))
	<-done
	close(buffered)
	for value := range buffered {
		fmt.Println("drained", value)
	}
	value, ok := <-buffered
	fmt.Println("after", value, ok)

	signals := make(chan struct{}, 2)
	signals <- struct{}{}
	fmt.Println("zero size", len(signals), cap(signals))

	handed := make(chan int)
	go func() {
		handed <- 7
		fmt.Println("sender goes on")
		close(handed)
	}()
	fmt.Println("received", <-handed)
	_, ok = <-handed
	fmt.Println("closed", !ok)

	order := make(chan int)
	for i := range 4 {
		go func() { order <- i }()
		runtime.Gosched()
	}
	for range 4 {
		fmt.Println("in order", <-order)
	}
}
