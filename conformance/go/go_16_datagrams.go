// rows: go-16
package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"strings"
	"time"
)

func main() {
	loopback := &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)}
	server, err := net.ListenUDP("udp", loopback)
	fmt.Println("listens", err)
	stranger, _ := net.ListenUDP("udp", loopback)
	client, err := net.DialUDP("udp", nil, server.LocalAddr().(*net.UDPAddr))
	fmt.Println("dialled", err, client.RemoteAddr().String() == server.LocalAddr().String())

	n, err := stranger.WriteToUDP([]byte("stranger"), client.LocalAddr().(*net.UDPAddr))
	fmt.Println("sent", n, err)
	n, err = client.Write([]byte("hello"))
	fmt.Println("written", n, err)
	buffer := make([]byte, 4)
	n, from, _ := server.ReadFromUDP(buffer)
	fmt.Println("what does not fit is lost", string(buffer[:n]))
	_, err = server.WriteToUDP([]byte("yes"), from)
	fmt.Println("answered", err)
	n, err = client.Read(buffer)
	fmt.Println("only from there", string(buffer[:n]), err)

	client.SetReadDeadline(time.Now().Add(time.Millisecond))
	_, err = client.Read(buffer)
	fmt.Println("late", errors.Is(err, os.ErrDeadlineExceeded))
	n, err = client.Write([]byte("still"))
	fmt.Println("written", n, err)

	failed := make(chan error)
	go func() {
		_, _, err := stranger.ReadFromUDP(buffer)
		failed <- err
	}()
	time.Sleep(5 * time.Millisecond)
	fmt.Println("closed", stranger.Close())
	fmt.Println("told", errors.Is(<-failed, net.ErrClosed), stranger.Close() != nil)

	// Dialling with a context.
	listener, _ := net.Listen("tcp", "127.0.0.1:0")
	ctx, cancel := context.WithCancel(context.Background())
	var dialer net.Dialer
	conn, err := dialer.DialContext(ctx, "tcp", listener.Addr().String())
	fmt.Println("connected", err)
	cancel()
	accepted, _ := listener.Accept()
	n, err = conn.Write([]byte("x"))
	fmt.Println("the connection stays", n, err)
	n, err = accepted.Read(buffer)
	fmt.Println("read", n, err)
	_, err = dialer.DialContext(ctx, "tcp", listener.Addr().String())
	fmt.Println(strings.HasSuffix(err.Error(), "operation was canceled"))
	address := listener.Addr().String()
	listener.Close()
	_, err = net.DialTimeout("tcp", address, time.Second)
	fmt.Println("refused", err != nil)
}
