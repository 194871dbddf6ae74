// rows: go-12
package main

import (
	"fmt"
	"runtime"
	"sync"
)

func try(what string, f func()) {
	defer func() { fmt.Println(what, "-", recover()) }()
	f()
}

func main() {
	runtime.GOMAXPROCS(1)
	var group sync.WaitGroup
	try("done", func() { group.Done() })
	var counted sync.WaitGroup
	total := make(chan int, 10)
	for i := range 5 {
		counted.Go(func() { total <- i })
	}
	counted.Wait()
	fmt.Println("went", len(total))

	var once sync.Once
	try("once", func() { once.Do(func() { panic("first") }) })
	once.Do(func() { fmt.Println("not called") })
	calls := 0
	value := sync.OnceValue(func() int { calls++; return 40 + calls })
	fmt.Println(value(), value(), calls)
	panics := sync.OnceFunc(func() { panic("every time") })
	try("once func", panics)
	try("once func", panics)

	var mutex sync.Mutex
	fmt.Println(mutex.TryLock(), mutex.TryLock())
	mutex.Unlock()

	var rw sync.RWMutex
	rw.RLock()
	fmt.Println("a second reader", rw.TryRLock(), "a writer", rw.TryLock())
	rw.RUnlock()
	wrote := make(chan struct{})
	go func() {
		rw.Lock()
		fmt.Println("the writer is in")
		rw.Unlock()
		close(wrote)
	}()
	runtime.Gosched()
	fmt.Println("a reader behind a waiting writer", rw.TryRLock())
	rw.RUnlock()
	<-wrote

	var m sync.Map
	m.Store("a", 1)
	fmt.Println(m.Load("a"))
	fmt.Println(m.LoadOrStore("a", 2))
	fmt.Println(m.LoadOrStore("b", 3))
	fmt.Println(m.CompareAndSwap("a", 1, 4), m.CompareAndSwap("a", 1, 5))
	fmt.Println(m.LoadAndDelete("a"))
	fmt.Println(m.CompareAndDelete("b", 9), m.CompareAndDelete("b", 3))
}
