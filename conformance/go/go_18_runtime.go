// rows: go-18
package main

import (
	"fmt"
	"runtime"
	"strings"
	"sync"
	"time"
)

func main() {
	runtime.GOMAXPROCS(1)
	fmt.Println("workers", runtime.GOMAXPROCS(0))

	// Who gives way goes behind the others.
	turns := make(chan string, 6)
	for _, name := range []string{"a", "b"} {
		go func() {
			for range 3 {
				turns <- name
				runtime.Gosched()
			}
		}()
		runtime.Gosched()
	}
	for runtime.NumGoroutine() > 1 {
		runtime.Gosched()
	}
	close(turns)
	last, alternations := "", 0
	for turn := range turns {
		if turn != last {
			alternations++
		}
		last = turn
	}
	fmt.Println("in turn", alternations > 3)

	before := runtime.NumGoroutine()
	stop := make(chan struct{})
	for range 5 {
		go func() { <-stop }()
	}
	fmt.Println("goroutines", before, runtime.NumGoroutine())
	close(stop)
	for runtime.NumGoroutine() > 1 {
		runtime.Gosched()
	}
	fmt.Println("ended", runtime.NumGoroutine())

	// The dump says of each what it waits for.
	var (
		nothing, never chan int
		unheard        = make(chan int)
		mutex          sync.Mutex
		written, read  sync.RWMutex
		group          sync.WaitGroup
		cond           = sync.NewCond(&sync.Mutex{})
	)
	mutex.Lock()
	written.Lock()
	read.RLock()
	group.Add(1)
	for _, wait := range []func(){
		func() { <-unheard },
		func() { <-nothing },
		func() { nothing <- 1 },
		func() { select {} },
		func() {
			select {
			case <-unheard:
			case <-never:
			}
		},
		func() { time.Sleep(time.Hour) },
		func() { mutex.Lock() },
		func() { written.RLock() },
		func() { read.Lock() },
		group.Wait,
		func() { cond.L.Lock(); cond.Wait() },
	} {
		go wait()
		runtime.Gosched()
	}
	buffer := make([]byte, 1<<16)
	dump := string(buffer[:runtime.Stack(buffer, true)])
	for _, state := range []string{
		"running", "chan receive", "chan receive (nil chan)", "chan send (nil chan)",
		"select (no cases)", "select", "sleep", "sync.Mutex.Lock", "sync.RWMutex.RLock",
		"sync.RWMutex.Lock", "sync.WaitGroup.Wait", "sync.Cond.Wait", "chan send",
	} {
		fmt.Println(state, strings.Count(dump, "["+state+"]:"))
	}
	fmt.Println("entries", strings.Count(dump, "\n\n")+1)
	fmt.Println("made by another", strings.Count(dump, "created by "))

	runtime.LockOSThread()
	runtime.Gosched()
	runtime.UnlockOSThread()
	fmt.Println("unlocked")
}
