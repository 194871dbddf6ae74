// The twins of lifo_stranded and lifo_wakes.
package main

import (
	"syscall"
	"time"
)

const quiet = 10 * time.Millisecond

func stranded(workload string, operations int) {
	before, holding := holder(false, time.Millisecond), holder(false, hold)
	there, back := make(chan time.Time), make(chan time.Duration, 1)
	go func() {
		for ready := range there {
			back <- time.Since(ready)
		}
	}()
	var sum time.Duration
	watch := start()
	for range operations {
		time.Sleep(quiet)
		before()
		there <- time.Now()
		holding()
		sum += <-back
	}
	watch.stopWith(workload, operations, map[string]any{"wall_ns": sum.Nanoseconds()})
}

func voluntarySwitches() int64 {
	var usage syscall.Rusage
	check(syscall.Getrusage(syscall.RUSAGE_SELF, &usage))
	return usage.Nvcsw
}

func wakes(workload string, operations int) {
	there, back := make(chan int), make(chan int)
	go func() {
		for value := range there {
			back <- value + 1
		}
	}()
	before := voluntarySwitches()
	watch := start()
	done := 0
	for i := range operations {
		there <- i
		if <-back == i+1 {
			done++
		}
	}
	switches := voluntarySwitches() - before
	watch.stopWith(workload, done, map[string]any{"switches": switches})
}
