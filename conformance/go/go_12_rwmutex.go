// rows: go-12
package main

import (
	"fmt"
	"runtime"
	"sync"
)

func main() {
	runtime.GOMAXPROCS(1)
	var lock sync.RWMutex
	events := make(chan string, 8)
	writer := func(name string) {
		go func() {
			lock.Lock()
			events <- name
			lock.Unlock()
		}()
		runtime.Gosched()
	}
	reader := func(name string) {
		go func() {
			lock.RLock()
			events <- name
			lock.RUnlock()
		}()
		runtime.Gosched()
	}

	// Readers that come after a writer wait for it, and go before the next writer.
	lock.RLock()
	writer("writer 1")
	reader("reader")
	writer("writer 2")
	reader("reader")
	fmt.Println("nobody is let in", len(events), lock.TryRLock(), lock.TryLock())
	lock.RUnlock()
	for range 4 {
		fmt.Println(<-events)
	}

	// A writer waits for the last reader.
	lock.RLock()
	lock.RLock()
	writer("writer 3")
	lock.RUnlock()
	runtime.Gosched()
	fmt.Println("one still reads", len(events))
	lock.RUnlock()
	fmt.Println(<-events)

	// Another goroutine may unlock.
	lock.Lock()
	unlocked := make(chan struct{})
	go func() {
		lock.Unlock()
		close(unlocked)
	}()
	<-unlocked
	fmt.Println("free again", lock.TryLock())
	lock.Unlock()

	// What is done once.
	calls := 0
	both := sync.OnceValues(func() (int, string) {
		calls++
		return calls, "two"
	})
	fmt.Println(both())
	fmt.Println(both())

	// A signal wakes the one that waits longest, a broadcast all.
	var mutex sync.Mutex
	cond := sync.NewCond(&mutex)
	for _, name := range []string{"first", "second", "third", "fourth"} {
		go func() {
			mutex.Lock()
			cond.Wait()
			events <- name
			mutex.Unlock()
		}()
		runtime.Gosched()
	}
	signal := func() {
		mutex.Lock()
		cond.Signal()
		mutex.Unlock()
	}
	signal()
	fmt.Println("signalled", <-events)
	signal()
	fmt.Println("signalled", <-events)
	mutex.Lock()
	cond.Broadcast()
	mutex.Unlock()
	fmt.Println("all", len(<-events)+len(<-events))
	signal()
	fmt.Println("nobody waits", len(events))
}
