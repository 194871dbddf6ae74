// rows: go-09, go-10
package main

import (
	"fmt"
	"runtime"
)

func main() {
	done := make(chan struct{})
	go func() {
		defer close(done)
		defer fmt.Println("deferred first, done last")
		defer func() { fmt.Println("recovered", recover()) }()
		runtime.Goexit()
		fmt.Println("not reached")
	}()
	<-done

	func() {
		defer func() { fmt.Println("outer recovered", recover()) }()
		defer func() {
			fmt.Println("inner recovered", recover())
			panic("second")
		}()
		panic("first")
	}()

	func() {
		defer func() { fmt.Println("again", recover()) }()
		defer func() { fmt.Println("once", recover()) }()
		panic("only")
	}()
	go func() { select {} }()
	fmt.Println("main returns")
}
