// The Go side of the workloads: the twin of src/runtimes/fourfold_go.rs.
//
// Usage: peer WORKLOAD OPERATIONS BATCH [NAME]. Prints the line that src/measure.rs describes.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"maps"
	"net"
	"os"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"
)

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "peer:", err)
		os.Exit(1)
	}
}

func statusBytes(field string) uint64 {
	file, err := os.Open("/proc/self/status")
	check(err)
	defer file.Close()
	for scanner := bufio.NewScanner(file); scanner.Scan(); {
		if rest, found := strings.CutPrefix(scanner.Text(), field); found {
			kib, err := strconv.ParseUint(strings.Fields(rest)[0], 10, 64)
			check(err)
			return kib * 1024
		}
	}
	return 0
}

func cpuNanos() int64 {
	var usage syscall.Rusage
	check(syscall.Getrusage(syscall.RUSAGE_SELF, &usage))
	return usage.Utime.Nano() + usage.Stime.Nano()
}

type stopwatch struct {
	resident uint64
	cpu      int64
	wall     time.Time
}

func start() stopwatch {
	return stopwatch{statusBytes("VmRSS:"), cpuNanos(), time.Now()}
}

func (watch stopwatch) stop(workload string, operations int) {
	watch.stopWith(workload, operations, nil)
}

// With further fields of the line.
func (watch stopwatch) stopWith(workload string, operations int, more map[string]any) {
	wall := time.Since(watch.wall)
	cpu := cpuNanos() - watch.cpu
	resident := statusBytes("VmRSS:")
	grown := uint64(0)
	if resident > watch.resident {
		grown = resident - watch.resident
	}
	fields := map[string]any{
		"runtime": name, "version": runtime.Version(), "workload": workload,
		"operations": operations, "wall_ns": wall.Nanoseconds(), "cpu_seconds": float64(cpu) / 1e9,
		"peak_rss_bytes": statusBytes("VmHWM:"), "grown_bytes": grown,
	}
	maps.Copy(fields, more)
	line, err := json.Marshal(fields)
	check(err)
	fmt.Println(string(line))
}

// By which the driver knows this runtime.
var name = "go"

func main() {
	workload := os.Args[1]
	operations, err := strconv.Atoi(os.Args[2])
	check(err)
	batch, err := strconv.Atoi(os.Args[3])
	check(err)
	if len(os.Args) > 4 {
		name = os.Args[4]
	}
	if name == "go_1" || strings.HasSuffix(workload, "_1") || workload == "go_gosched" || workload == "go_select" {
		runtime.GOMAXPROCS(1)
	} else {
		runtime.GOMAXPROCS(2)
	}
	if strings.HasPrefix(workload, "stall_") {
		stall(workload, operations, batch)
		return
	}
	switch strings.TrimSuffix(strings.TrimSuffix(workload, "_1"), "_2") {
	case "go_gosched":
		gosched(workload, operations)
	case "go_unbuffered":
		unbuffered(workload, operations)
	case "go_buffered":
		buffered(workload, operations)
	case "go_select":
		selects(workload, operations)
	case "go_spawn":
		spawn(workload, operations, batch)
	case "go_sleepers", "go_sleepers_future":
		sleepers(workload, operations)
	case "go_parked", "go_parked_future", "claim_parked":
		parked(workload, operations)
	case "lifo_stranded":
		stranded(workload, operations)
	case "lifo_wakes":
		wakes(workload, operations)
	case "http_hello", "claim_http":
		httpHello(workload, batch)
	case "go_echo", "claim_echo_10", "claim_echo_100", "claim_echo_1000":
		echo(workload, batch)
	default:
		check(fmt.Errorf("no workload %q", workload))
	}
}

func gosched(workload string, operations int) {
	var group sync.WaitGroup
	watch := start()
	for range 2 {
		group.Go(func() {
			for range operations / 2 {
				runtime.Gosched()
			}
		})
	}
	group.Wait()
	watch.stop(workload, operations)
}

func unbuffered(workload string, operations int) {
	there, back := make(chan int), make(chan int)
	go func() {
		for value := range there {
			back <- value + 1
		}
	}()
	watch := start()
	done := 0
	for i := range operations {
		there <- i
		if <-back == i+1 {
			done++
		}
	}
	watch.stop(workload, done)
}

func buffered(workload string, operations int) {
	values := make(chan int, 1024)
	watch := start()
	go func() {
		for i := range operations {
			values <- i
		}
		close(values)
	}()
	done := 0
	for range values {
		done++
	}
	watch.stop(workload, done)
}

func selects(workload string, operations int) {
	a, b, c, d := make(chan int), make(chan int), make(chan int), make(chan int)
	for _, to := range []chan int{a, b, c, d} {
		go func() {
			for i := range operations / 4 {
				to <- i
			}
		}()
	}
	watch := start()
	done := 0
	for done < operations {
		select {
		case <-a:
		case <-b:
		case <-c:
		case <-d:
		}
		done++
	}
	watch.stop(workload, done)
}

func spawn(workload string, operations, batch int) {
	watch := start()
	done := 0
	for range operations / batch {
		results := make([]int, batch)
		var group sync.WaitGroup
		group.Add(batch)
		for i := range batch {
			go func() {
				results[i] = 1
				group.Done()
			}()
		}
		group.Wait()
		for _, result := range results {
			done += result
		}
	}
	watch.stop(workload, done)
}

// One wave to warm up, then the one that is measured.
func sleepers(workload string, operations int) {
	wave := func() int {
		var group sync.WaitGroup
		results := make([]int, operations)
		group.Add(operations)
		for i := range operations {
			go func() {
				time.Sleep(time.Duration(i%100_000) * time.Microsecond)
				results[i] = 1
				group.Done()
			}()
		}
		group.Wait()
		done := 0
		for _, result := range results {
			done += result
		}
		return done
	}
	wave()
	watch := start()
	watch.stop(workload, wave())
}

func parked(workload string, operations int) {
	gate := make(chan struct{})
	watch := start()
	for i := range operations {
		go func() { <-gate }()
		if i%10_000 == 9_999 {
			for range 4 {
				runtime.Gosched()
			}
		}
	}
	for runtime.NumGoroutine() < operations {
		runtime.Gosched()
	}
	time.Sleep(100 * time.Millisecond)
	watch.stop(workload, operations)
}

func echo(workload string, connections int) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	check(err)
	fmt.Printf("{\"listening\":%d}\n", listener.Addr().(*net.TCPAddr).Port)
	watch := start()
	var group sync.WaitGroup
	counts := make([]int, connections)
	for i := range connections {
		conn, err := listener.Accept()
		check(err)
		group.Go(func() {
			defer conn.Close()
			buffer := make([]byte, 1024)
			have := 0
			for {
				read, err := conn.Read(buffer[have:])
				if err != nil {
					return
				}
				have += read
				if have == len(buffer) {
					if _, err := conn.Write(buffer); err != nil {
						return
					}
					counts[i]++
					have = 0
				}
			}
		})
	}
	group.Wait()
	done := 0
	for _, count := range counts {
		done += count
	}
	watch.stop(workload, done)
}
