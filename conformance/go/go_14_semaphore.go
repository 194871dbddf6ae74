// rows: go-14
package main

import (
	"context"
	"fmt"
	"runtime"

	"golang.org/x/sync/semaphore"
)

func main() {
	runtime.GOMAXPROCS(1)
	background := context.Background()
	permits := semaphore.NewWeighted(3)
	fmt.Println("free", permits.TryAcquire(2), permits.TryAcquire(2), permits.TryAcquire(1))
	permits.Release(3)
	func() {
		defer func() { fmt.Println("release -", recover()) }()
		permits.Release(1)
	}()

	// First come, first served: who wants little does not overtake who wants much.
	permits = semaphore.NewWeighted(3)
	fmt.Println(permits.Acquire(background, 2))
	got := make(chan int64)
	enter := func(n int64) {
		go func() {
			permits.Acquire(background, n)
			got <- n
		}()
		runtime.Gosched()
	}
	enter(3)
	enter(1)
	fmt.Println("one is left and nobody may have it", permits.TryAcquire(1))
	permits.Release(2)
	fmt.Println("first", <-got)
	permits.Release(3)
	fmt.Println("then", <-got)
	permits.Release(1)

	cancelled, cancel := context.WithCancel(background)
	cancel()
	fmt.Println("cancelled before", permits.Acquire(cancelled, 1), permits.TryAcquire(3))

	// One that gives up lets those behind it in.
	ctx, cancel := context.WithCancel(background)
	gaveUp := make(chan error)
	go func() { gaveUp <- permits.Acquire(ctx, 2) }()
	runtime.Gosched()
	permits.Release(1)
	enter(1)
	fmt.Println("behind it", permits.TryAcquire(1))
	cancel()
	fmt.Println("gave up:", <-gaveUp, "so", <-got)
	permits.Release(3)

	// More than there are at all is never granted, and keeps nobody out.
	ctx, cancel = context.WithCancel(background)
	go func() { gaveUp <- permits.Acquire(ctx, 4) }()
	runtime.Gosched()
	fmt.Println("too much", permits.TryAcquire(4), permits.TryAcquire(3))
	cancel()
	fmt.Println(<-gaveUp)
}
