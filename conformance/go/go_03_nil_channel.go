// rows: go-03
package main

import "fmt"

func main() {
	var never chan int
	fmt.Println(never == nil, len(never), cap(never))
	ready := make(chan int, 1)
	for range 3 {
		ready <- 1
		select {
		case <-never:
			fmt.Println("received from nil")
		case never <- 1:
			fmt.Println("sent to nil")
		case value := <-ready:
			fmt.Println("ready", value)
		}
	}
	select {
	case <-never:
		fmt.Println("received from nil")
	default:
		fmt.Println("default")
	}
}
