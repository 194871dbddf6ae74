// How late others are while one worker is held: the twin of src/stall.rs.
package main

import (
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
)

const (
	waiters = 100
	groups  = 4
	ticks   = 200
	period  = time.Millisecond
	hold    = 50 * time.Millisecond
	pause   = 10 * time.Millisecond
	lead    = 10 * time.Millisecond
)

var sink uint64

// Nothing is called in here.
func steps(count int) {
	value := uint64(1)
	for range count {
		value = value*6_364_136_223_846_793_005 + 1
	}
	sink = value
}

func holder(block bool, hold time.Duration) func() {
	if block {
		return func() {
			// A call of the system, of which Go's runtime does know.
			left := syscall.NsecToTimespec(hold.Nanoseconds())
			for syscall.Nanosleep(&left, &left) == syscall.EINTR {
			}
		}
	}
	const some = 1_000_000
	best := time.Hour
	for range 10 {
		begin := time.Now()
		steps(some)
		best = min(best, time.Since(begin))
	}
	count := int(some * hold.Seconds() / best.Seconds())
	return func() { steps(count) }
}

type beats struct {
	begin time.Time
	late  [waiters * ticks]int64
}

func (b *beats) due(waiter, tick int) time.Time {
	return b.begin.Add(time.Duration(tick)*period + time.Duration(waiter*groups/waiters)*period/groups)
}

func (b *beats) sleep(waiter, tick int) {
	time.Sleep(time.Until(b.due(waiter, tick)))
}

func (b *beats) answer(waiter, tick int) {
	b.late[waiter*ticks+tick] = max(int64(time.Since(b.due(waiter, tick))), 0)
}

func stall(workload string, operations, batch int) {
	holding := holder(strings.HasSuffix(workload, "_block"), hold)
	kind := strings.TrimSuffix(strings.TrimPrefix(workload, "stall_"), "_block")
	var late [2][]int64
	watch := start()
	for phase := range operations / batch * 2 {
		b := &beats{begin: time.Now().Add(lead)}
		for i := range b.late {
			b.late[i] = -1
		}
		side := phase % 2
		b.run(kind, side == 1, holding)
		for _, value := range b.late {
			if value >= 0 {
				late[side] = append(late[side], value)
			}
		}
	}
	tails := map[string]int64{"quiet_p99_ns": percentile(late[0]), "stalled_p99_ns": percentile(late[1])}
	watch.stopWith(workload, len(late[0])+len(late[1]), map[string]any{"tails": tails})
}

func (b *beats) run(kind string, held bool, holding func()) {
	var group, hog sync.WaitGroup
	var over atomic.Bool
	for waiter := range waiters {
		switch kind {
		case "new":
			group.Go(func() {
				for tick := range ticks {
					b.sleep(waiter, tick)
					group.Go(func() { b.answer(waiter, tick) })
				}
			})
		case "channel":
			to := make(chan int, 64)
			group.Go(func() {
				for tick := range to {
					b.answer(waiter, tick)
				}
			})
			group.Go(func() {
				for tick := range ticks {
					b.sleep(waiter, tick)
					to <- tick
				}
				close(to)
			})
		default:
			group.Go(func() {
				for tick := range ticks {
					b.sleep(waiter, tick)
					b.answer(waiter, tick)
				}
			})
		}
	}
	if held {
		hog.Go(func() {
			time.Sleep(time.Until(b.begin))
			for !over.Load() {
				holding()
				since := time.Since(b.begin) + pause
				time.Sleep(time.Until(b.due(0, int((since+period-1)/period))))
			}
		})
	}
	group.Wait()
	over.Store(true)
	hog.Wait()
}

func percentile(late []int64) int64 {
	slices.Sort(late)
	return late[(len(late)*99+99)/100-1]
}
