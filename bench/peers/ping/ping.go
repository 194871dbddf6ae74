// HTTP ping, as examples/src/bin/go_http_ping.rs: counted by src/pages/sizes.rs between the marks.
//
// Usage: go run ping.go HOST:PORT,HOST:PORT HOST:PORT …  (a lane each)
package main

import (
	"bytes"
	"fmt"
	"io"
	"net"
	"os"
	"strings"
	"time"
)

// --- go
type timed struct {
	site string
	took time.Duration
}

type found struct {
	times []timed
	err   error
}

func pingSite(site string) error {
	connection, err := net.Dial("tcp", site)
	if err != nil {
		return err
	}
	defer connection.Close()
	if _, err := fmt.Fprintf(connection, "HEAD / HTTP/1.0\r\nHost: %s\r\n\r\n", site); err != nil {
		return err
	}
	response, err := io.ReadAll(connection)
	if err != nil {
		return err
	}
	if !bytes.HasPrefix(response, []byte("HTTP/1.")) {
		return fmt.Errorf("%s does not answer in HTTP", site)
	}
	return nil
}

func pingOneAfterAnother(lane []string) ([]timed, error) {
	var times []timed
	for _, site := range lane {
		started := time.Now()
		if err := pingSite(site); err != nil {
			return nil, err
		}
		times = append(times, timed{site, time.Since(started)})
	}
	return times, nil
}

func startLane(lane []string) <-chan found {
	told := make(chan found, 1)
	go func() {
		times, err := pingOneAfterAnother(lane)
		told <- found{times, err}
	}()
	return told
}

func pingAtOnce(lanes [][]string) ([]timed, error) {
	var started []<-chan found
	for _, lane := range lanes {
		started = append(started, startLane(lane))
	}
	var times []timed
	for _, lane := range started {
		lane := <-lane
		if lane.err != nil {
			return nil, lane.err
		}
		times = append(times, lane.times...)
	}
	return times, nil
}

// --- end

func main() {
	var lanes [][]string
	for _, lane := range os.Args[1:] {
		lanes = append(lanes, strings.Split(lane, ","))
	}
	started := time.Now()
	times, err := pingAtOnce(lanes)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	fmt.Printf("Real time: %.2f s\n", time.Since(started).Seconds())
	var each []string
	var total time.Duration
	for _, one := range times {
		each = append(each, fmt.Sprintf("%s: %.2f s", one.site, one.took.Seconds()))
		total += one.took
	}
	fmt.Println("Time per site:", strings.Join(each, ", "))
	fmt.Printf("Total time: %.2f s\n", total.Seconds())
}
