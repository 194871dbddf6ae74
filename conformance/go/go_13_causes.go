// rows: go-13
package main

import (
	"context"
	"errors"
	"fmt"
	"time"
)

func main() {
	background := context.Background()
	slow := errors.New("the database is slow")
	full := errors.New("the disk is full")

	// A cause of the deadline, if it is the deadline that ends it.
	ctx, cancel := context.WithTimeoutCause(background, time.Millisecond, slow)
	<-ctx.Done()
	fmt.Println(ctx.Err(), "-", context.Cause(ctx))
	cancel()
	ctx, cancel = context.WithTimeoutCause(background, time.Hour, slow)
	cancel()
	fmt.Println(ctx.Err(), "-", context.Cause(ctx) == slow)
	ctx, cancel = context.WithDeadlineCause(background, time.Now().Add(-time.Second), slow)
	fmt.Println("at once", ctx.Err(), "-", context.Cause(ctx))
	cancel()

	// The nearest cause above counts, and it is kept.
	parent, because := context.WithCancelCause(background)
	child, childBecause := context.WithCancelCause(parent)
	fmt.Println("before", context.Cause(child), child.Err())
	childBecause(full)
	because(slow)
	fmt.Println(context.Cause(child), "-", context.Cause(parent))
	late, lateBecause := context.WithCancelCause(parent)
	fmt.Println("born late", late.Err(), "-", context.Cause(late))
	lateBecause(full)
	fmt.Println("too late", context.Cause(late))

	// A deadline of a child does not outlast the parent's.
	parent, cancelParent := context.WithTimeout(background, time.Hour)
	child, cancelChild := context.WithTimeout(parent, 2*time.Hour)
	one, _ := parent.Deadline()
	two, ok := child.Deadline()
	fmt.Println("the same deadline", one.Equal(two), ok)
	_, ok = context.WithoutCancel(child).Deadline()
	fmt.Println("without", ok, context.WithoutCancel(child).Done() == nil)
	cancelChild()
	fmt.Println("only the child", child.Err() != nil, parent.Err())

	// What is to be done afterwards is done after the tree is cancelled.
	below, cancelBelow := context.WithCancel(parent)
	seen := make(chan error)
	context.AfterFunc(parent, func() { seen <- below.Err() })
	cancelParent()
	fmt.Println("after", <-seen)
	cancelBelow()
	called := make(chan string)
	stop := context.AfterFunc(parent, func() { called <- "at once" })
	fmt.Println(<-called, stop())
}
