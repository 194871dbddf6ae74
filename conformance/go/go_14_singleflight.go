// rows: go-14
//
// The package is the copy that Go's own library uses; what is Forget in the public one is
// ForgetUnshared there.
package main

import (
	"errors"
	"fmt"
	"runtime"

	"golang.org/x/sync/singleflight"
)

func main() {
	runtime.GOMAXPROCS(1)
	var group singleflight.Group
	value, err, shared := group.Do("key", func() (any, error) { return 42, nil })
	fmt.Println(value, err, shared)
	_, err, shared = group.Do("key", func() (any, error) { return nil, errors.New("no luck") })
	fmt.Println(err, shared)

	// Whoever asks while a call is in flight gets what comes of it.
	calls, goOn := 0, make(chan struct{})
	slow := func() (any, error) {
		calls++
		<-goOn
		return fmt.Sprint("answer ", calls), nil
	}
	first := group.DoChan("key", slow)
	runtime.Gosched()
	second := group.DoChan("key", slow)
	other := group.DoChan("other", func() (any, error) { return "another key", nil })
	result := <-other
	fmt.Println(result.Val, result.Shared)
	third := make(chan any)
	go func() {
		value, _, shared := group.Do("key", slow)
		fmt.Println("done", value, shared)
		close(third)
	}()
	runtime.Gosched()
	close(goOn)
	for _, answers := range []<-chan singleflight.Result{first, second} {
		result := <-answers
		fmt.Println(result.Val, result.Err, result.Shared)
	}
	<-third
	fmt.Println("called", calls)

	result = <-group.DoChan("key", func() (any, error) { return nil, errors.New("no luck again") })
	fmt.Println(result.Err, result.Shared)

	// A call that is forgotten goes on, and the next who asks makes another.
	goOn = make(chan struct{})
	old := group.DoChan("key", func() (any, error) { <-goOn; return "old", nil })
	runtime.Gosched()
	group.ForgetUnshared("key")
	value, _, shared = group.Do("key", func() (any, error) { return "new", nil })
	fmt.Println(value, shared)
	close(goOn)
	result = <-old
	fmt.Println(result.Val, result.Shared)
	group.ForgetUnshared("nobody asked for this")
}
