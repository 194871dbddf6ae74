// rows: go-14
package main

import (
	"context"
	"errors"
	"fmt"

	"golang.org/x/sync/errgroup"
)

func main() {
	var quiet errgroup.Group
	fmt.Println("nobody", quiet.Wait())
	quiet.Go(func() error { return nil })
	fmt.Println("no failure", quiet.Wait())

	// The first to fail counts, not the first that was started.
	var group errgroup.Group
	failed := make(chan struct{})
	group.Go(func() error {
		<-failed
		return errors.New("second")
	})
	group.Go(func() error {
		defer close(failed)
		return errors.New("first")
	})
	waited := group.Wait()
	fmt.Println(waited == nil, group.Wait() == waited)

	withContext, ctx := errgroup.WithContext(context.Background())
	withContext.Go(func() error { return errors.New("the disk is full") })
	withContext.Go(func() error {
		<-ctx.Done()
		fmt.Println("told", ctx.Err(), "because", context.Cause(ctx))
		return ctx.Err()
	})
	fmt.Println(withContext.Wait())
	fmt.Println(ctx.Err(), "-", context.Cause(ctx))

	withContext, ctx = errgroup.WithContext(context.Background())
	withContext.Go(func() error { return nil })
	fmt.Println("before", ctx.Err(), withContext.Wait(), "after", ctx.Err())

	var limited errgroup.Group
	limited.SetLimit(2)
	goOn := make(chan struct{})
	work := func() error {
		<-goOn
		return nil
	}
	fmt.Println("started", limited.TryGo(work), limited.TryGo(work), limited.TryGo(work))
	func() {
		defer func() { fmt.Println(recover()) }()
		limited.SetLimit(3)
	}()
	started := make(chan struct{})
	go func() {
		limited.Go(func() error { return errors.New("from behind the limit") })
		close(started)
	}()
	goOn <- struct{}{}
	<-started
	close(goOn)
	fmt.Println(limited.Wait())
	limited.SetLimit(0)
	fmt.Println("limit of zero", limited.TryGo(work))
	limited.SetLimit(-1)
	fmt.Println("no limit", limited.TryGo(work), limited.Wait())
}
