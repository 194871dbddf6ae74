// rows: go-13
package main

import (
	"context"
	"errors"
	"fmt"
	"time"
)

type key struct{}

func main() {
	root, cancel := context.WithCancel(context.Background())
	child, cancelChild := context.WithCancel(root)
	grandchild := context.WithValue(child, key{}, "value")
	sibling, cancelSibling := context.WithCancel(root)
	defer cancelSibling()
	fmt.Println(root.Err(), child.Err())
	cancelChild()
	fmt.Println(root.Err(), child.Err(), grandchild.Err(), sibling.Err())
	cancel()
	cancel()
	<-sibling.Done()
	fmt.Println(root.Err(), sibling.Err(), grandchild.Value(key{}))
	kept := context.WithoutCancel(grandchild)
	fmt.Println(kept.Err(), kept.Value(key{}))

	caused, because := context.WithCancelCause(context.Background())
	below, cancelBelow := context.WithCancel(caused)
	defer cancelBelow()
	because(errors.New("the disk is full"))
	because(errors.New("too late"))
	fmt.Println(caused.Err(), context.Cause(caused), context.Cause(below))

	timed, cancelTimed := context.WithTimeout(context.Background(), time.Millisecond)
	defer cancelTimed()
	longer, cancelLonger := context.WithTimeout(timed, time.Hour)
	defer cancelLonger()
	<-longer.Done()
	fmt.Println(timed.Err(), longer.Err(), context.Cause(longer))

	watched, cancelWatched := context.WithCancel(context.Background())
	called := make(chan string, 2)
	stop := context.AfterFunc(watched, func() { called <- "called" })
	stopped := context.AfterFunc(watched, func() { called <- "stopped" })
	fmt.Println(stopped(), stopped())
	cancelWatched()
	fmt.Println(<-called, stop())
	late, cancelLate := context.WithCancel(watched)
	defer cancelLate()
	fmt.Println(late.Err())
}
