// rows: go-15
package main

import (
	"fmt"
	"time"
)

func received(c <-chan time.Time) bool {
	select {
	case <-c:
		return true
	default:
		return false
	}
}

func main() {
	timer := time.NewTimer(time.Millisecond)
	time.Sleep(20 * time.Millisecond)
	fmt.Println("len and cap", len(timer.C), cap(timer.C))
	fmt.Println("stopped after it fired", timer.Stop(), "stale", received(timer.C))
	fmt.Println("stopped again", timer.Stop())
	fmt.Println("reset", timer.Reset(time.Millisecond))
	<-timer.C
	fmt.Println("stopped after it was received", timer.Stop())
	timer.Reset(time.Millisecond)
	time.Sleep(20 * time.Millisecond)
	fmt.Println("reset after it fired", timer.Reset(time.Hour), "stale", received(timer.C))

	ticker := time.NewTicker(2 * time.Millisecond)
	time.Sleep(30 * time.Millisecond)
	fmt.Println("one tick is kept", received(ticker.C), received(ticker.C))
	ticker.Stop()

	called := make(chan string)
	after := time.AfterFunc(time.Millisecond, func() { called <- "called" })
	fmt.Println(<-called, after.Stop(), after.C == nil)
	never := time.AfterFunc(time.Hour, func() {})
	fmt.Println(never.Stop(), never.Stop())
	func() {
		defer func() { fmt.Println(recover()) }()
		time.NewTicker(0)
	}()
	slow, fast := time.After(40*time.Millisecond), time.After(time.Millisecond)
	select {
	case <-slow:
		fmt.Println("slow")
	case <-fast:
		fmt.Println("fast")
	}
}
