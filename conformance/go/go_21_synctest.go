// rows: go-21
package main

import (
	"context"
	"fmt"
	"testing"
	"testing/synctest"
	"time"
)

// A bubble, and what it ends with.
func bubble(name string, f func(t *testing.T)) testing.InternalTest {
	return testing.InternalTest{Name: name, F: func(t *testing.T) {
		defer func() { fmt.Println(name, "-", recover()) }()
		synctest.Test(t, f)
	}}
}

func main() {
	testing.Main(func(_, _ string) (bool, error) { return true, nil }, []testing.InternalTest{
		bubble("time", func(t *testing.T) {
			begun := time.Now()
			slept := make(chan struct{})
			go func() {
				time.Sleep(time.Hour)
				close(slept)
			}()
			time.Sleep(10 * time.Second)
			fmt.Println("ten seconds", time.Since(begun).Seconds())
			for range 1000000 {
			}
			fmt.Println("work takes no time", time.Since(begun).Seconds())
			<-slept
			fmt.Println("an hour", time.Since(begun).Seconds())
		}),
		bubble("wait", func(t *testing.T) {
			steps := 0
			c := make(chan int)
			go func() {
				steps++
				<-c
				steps++
				time.Sleep(time.Second)
				steps++
			}()
			synctest.Wait()
			fmt.Println("until it receives", steps)
			c <- 1
			synctest.Wait()
			fmt.Println("until it sleeps", steps)
			time.Sleep(time.Second)
			synctest.Wait()
			fmt.Println("until it ended", steps)
		}),
		bubble("order", func(t *testing.T) {
			ticker := time.NewTicker(3 * time.Second)
			timeout := time.After(10 * time.Second)
			begun := time.Now()
			for ticks := 0; ; ticks++ {
				select {
				case <-ticker.C:
					fmt.Println("tick", time.Since(begun).Seconds())
					continue
				case <-timeout:
					fmt.Println("timeout", time.Since(begun).Seconds(), ticks)
				}
				break
			}
			ticker.Stop()
			ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
			time.Sleep(5*time.Second - time.Nanosecond)
			synctest.Wait()
			fmt.Println("not yet", ctx.Err())
			time.Sleep(time.Nanosecond)
			synctest.Wait()
			fmt.Println("now", ctx.Err())
			cancel()
		}),
		bubble("deadlock", func(t *testing.T) {
			fmt.Println("waits")
			<-make(chan int)
		}),
		bubble("time stops when main ends", func(t *testing.T) {
			go func() {
				time.Sleep(time.Second)
				fmt.Println("not reached")
			}()
		}),
		bubble("main is waited for by none", func(t *testing.T) {
			c := make(chan int)
			go func() { c <- 1 }()
			go func() { fmt.Println("the last", <-c) }()
		}),
		bubble("left behind", func(t *testing.T) {
			c := make(chan int)
			go func() { <-c }()
		}),
	}, nil, nil)
}
