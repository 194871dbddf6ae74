// rows: go-15
package main

import (
	"fmt"
	"runtime"
	"time"
)

func main() {
	runtime.GOMAXPROCS(1)
	short, long := time.Millisecond, time.Hour

	// One that calls may be set again, before and after it called.
	calls := make(chan int)
	count := 0
	timer := time.AfterFunc(long, func() {
		count++
		calls <- count
	})
	fmt.Println("brought forward", timer.Reset(short))
	fmt.Println("called", <-calls)
	fmt.Println("again", timer.Reset(short))
	fmt.Println("called", <-calls)
	fmt.Println("put off", timer.Reset(long), timer.Reset(2*long), timer.Stop(), timer.Stop())
	fmt.Println("after it was stopped", timer.Reset(short))
	fmt.Println("called", <-calls, timer.C == nil)

	// A stopped timer can be set, a set one put off; nothing stale is received in between.
	timer = time.NewTimer(long)
	fmt.Println("stop", timer.Stop(), "reset", timer.Reset(short))
	<-timer.C
	fmt.Println("received", timer.Reset(short))
	time.Sleep(20 * short)
	fmt.Println("not received", timer.Reset(short))
	<-timer.C
	select {
	case <-timer.C:
		fmt.Println("twice")
	default:
		fmt.Println("once")
	}

	// A ticker that is stopped is silent until it is reset.
	ticker := time.NewTicker(short)
	<-ticker.C
	<-ticker.C
	ticker.Stop()
	time.Sleep(5 * short)
	select {
	case <-ticker.C:
		fmt.Println("a tick after stop")
	default:
		fmt.Println("silent")
	}
	ticker.Reset(short)
	<-ticker.C
	fmt.Println("ticks again")
	ticker.Reset(long)
	time.Sleep(5 * short)
	fmt.Println("slower", len(ticker.C), cap(ticker.C))
	ticker.Stop()

	// What is due is done in its order.
	order := make(chan string, 3)
	for _, t := range []time.Duration{120, 40, 80} {
		time.AfterFunc(t*time.Millisecond, func() { order <- fmt.Sprint(int(t)) })
	}
	fmt.Println("order", <-order, <-order, <-order)
	select {
	case <-time.After(0):
		fmt.Println("nothing to wait for")
	case <-time.After(long):
	}
}
