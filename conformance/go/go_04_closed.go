// rows: go-04
package main

import "fmt"

func try(what string, f func()) {
	defer func() { fmt.Println(what, "-", recover()) }()
	f()
}

func main() {
	closed := make(chan int, 2)
	closed <- 1
	close(closed)
	try("send", func() { closed <- 2 })
	try("close", func() { close(closed) })
	try("close nil", func() { close((chan int)(nil)) })
	try("select", func() {
		select {
		case closed <- 3:
		default:
			fmt.Println("default")
		}
	})
	value, ok := <-closed
	fmt.Println(value, ok)
	value, ok = <-closed
	fmt.Println(value, ok)
	waiting := make(chan int)
	woken := make(chan bool)
	for range 3 {
		go func() {
			_, ok := <-waiting
			woken <- ok
		}()
	}
	close(waiting)
	for range 3 {
		fmt.Println("woken", <-woken)
	}
}
