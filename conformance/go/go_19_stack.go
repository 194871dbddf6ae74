// rows: go-19
package main

import (
	"fmt"
	"runtime/debug"
)

func sum(n int) int {
	var frame [16]int
	frame[n%16] = n
	if n == 0 {
		return 0
	}
	return sum(n-1) + frame[n%16]
}

func endless(n int) int {
	var frame [64]int
	frame[n%64] = n
	return endless(n+1) + frame[(n+1)%64]
}

func main() {
	fmt.Println("deep enough", sum(1000))
	debug.SetMaxStack(1 << 20)
	done := make(chan int)
	go func() {
		defer fmt.Println("deferred work is not done")
		defer func() { fmt.Println("nothing to recover", recover()) }()
		done <- endless(0)
	}()
	fmt.Println("not reached", <-done)
}
