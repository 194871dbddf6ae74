// rows: go-16
package main

import (
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"strings"
	"time"
)

func main() {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	fmt.Println(err)
	go func() {
		conn, _ := listener.Accept()
		io.Copy(conn, conn)
		conn.Close()
	}()
	conn, err := net.Dial("tcp", listener.Addr().String())
	fmt.Println(err)
	fmt.Fprint(conn, "hello")
	answer := make([]byte, 5)
	io.ReadFull(conn, answer)
	fmt.Println(string(answer))

	conn.SetReadDeadline(time.Now().Add(5 * time.Millisecond))
	_, err = conn.Read(answer)
	fmt.Println(errors.Is(err, os.ErrDeadlineExceeded), strings.HasSuffix(err.Error(), "i/o timeout"))
	_, err = conn.Read(answer)
	fmt.Println("still", errors.Is(err, os.ErrDeadlineExceeded))
	conn.SetReadDeadline(time.Time{})
	fmt.Fprint(conn, "again")
	io.ReadFull(conn, answer)
	fmt.Println(string(answer))

	failed := make(chan error)
	go func() {
		_, err := conn.Read(answer)
		failed <- err
	}()
	go func() {
		_, err := listener.Accept()
		failed <- err
	}()
	time.Sleep(5 * time.Millisecond)
	conn.Close()
	listener.Close()
	for range 2 {
		err := <-failed
		fmt.Println(errors.Is(err, net.ErrClosed), strings.HasSuffix(err.Error(), "use of closed network connection"))
	}
	_, err = conn.Write(answer)
	fmt.Println(errors.Is(err, net.ErrClosed))
}
