// rows: go-06
package main

import (
	"fmt"
	"runtime"
)

func main() {
	runtime.GOMAXPROCS(1)
	note := func(what string, c chan int) chan int {
		fmt.Println("channel", what)
		return c
	}
	value := func(v int) int {
		fmt.Println("value", v)
		return v
	}
	full, ready := make(chan int, 1), make(chan int, 1)
	full <- 0
	ready <- 5
	select {
	case note("full", full) <- value(1):
		fmt.Println("sent")
	case got := <-note("ready", ready):
		fmt.Println("got", got)
	case note("nil", nil) <- value(2):
		fmt.Println("sent to nil")
	}

	counts := [3]int{}
	chans := [3]chan int{make(chan int, 1), make(chan int, 1), make(chan int, 1)}
	const rounds = 30000
	for range rounds {
		for _, c := range chans {
			select {
			case c <- 1:
			default:
			}
		}
		select {
		case <-chans[0]:
			counts[0]++
		case <-chans[1]:
			counts[1]++
		case <-chans[2]:
			counts[2]++
		}
	}
	for i, count := range counts {
		share := float64(count) / rounds
		fmt.Println("case", i, "about a third:", share > 0.30 && share < 0.37)
	}

	a, b := make(chan int), make(chan int)
	result := make(chan string)
	go func() {
		select {
		case v := <-a:
			result <- fmt.Sprint("a ", v)
		case v := <-b:
			result <- fmt.Sprint("b ", v)
		}
	}()
	runtime.Gosched()
	b <- 1
	fmt.Println(<-result)
	select {
	case a <- 2:
		fmt.Println("somebody is still in line")
	default:
		fmt.Println("nobody is in line")
	}
}
