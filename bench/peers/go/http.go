// The twin of http_hello, by net/http.
package main

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
)

func httpHello(workload string, connections int) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	check(err)
	var done atomic.Int64
	var closed sync.WaitGroup
	closed.Add(connections)
	server := &http.Server{
		Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			done.Add(1)
			w.Header().Set("Content-Type", "text/plain")
			_, err := io.WriteString(w, "Hello, world!")
			check(err)
		}),
		ConnState: func(_ net.Conn, state http.ConnState) {
			if state == http.StateClosed {
				closed.Done()
			}
		},
	}
	fmt.Printf("{\"listening\":%d}\n", listener.Addr().(*net.TCPAddr).Port)
	watch := start()
	go server.Serve(listener)
	closed.Wait()
	watch.stop(workload, int(done.Load()))
}
