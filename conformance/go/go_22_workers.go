// rows: go-22
//
// One of two workers is kept by a loop that never gives way; the rest goes on at the other.
package main

import (
	"fmt"
	"runtime"
	"sync/atomic"
)

func main() {
	runtime.GOMAXPROCS(2)

	// What was started here and has not begun is taken by who is free.
	var ran atomic.Int32
	for range 10 {
		go func() { ran.Add(1) }()
	}
	for ran.Load() < 10 {
	}
	fmt.Println("taken", ran.Load())

	// What waited for others goes on although this one never waits.
	var rounds atomic.Int32
	ping, pong := make(chan int), make(chan int)
	go func() {
		for value := range ping {
			pong <- value + 1
		}
		close(pong)
	}()
	go func() {
		value := 0
		for range 100 {
			ping <- value
			value = <-pong
		}
		close(ping)
		rounds.Store(int32(value))
	}()
	for rounds.Load() == 0 {
	}
	fmt.Println("played", rounds.Load())

	// A value may be made on one worker, changed on another and end on a third.
	made := make(chan []int)
	for i := range 4 {
		go func() {
			made <- []int{i}
		}()
	}
	sum := 0
	for range 4 {
		changed := make(chan []int)
		go func() {
			value := <-made
			changed <- append(value, 10)
		}()
		for _, v := range <-changed {
			sum += v
		}
	}
	fmt.Println("sum", sum)
}
