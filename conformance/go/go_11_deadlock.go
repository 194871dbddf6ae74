// rows: go-11
package main

import (
	"fmt"
	"time"
)

func main() {
	c := make(chan int)
	go func() {
		time.Sleep(5 * time.Millisecond)
		c <- 1
	}()
	fmt.Println("a timer is no deadlock", <-c)
	go func() { c <- <-make(chan int) }()
	<-c
	fmt.Println("not reached")
}
