// rows: go-17
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"time"
)

// How a program ended.
func ended(err error) string {
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		if status := exit.Sys().(syscall.WaitStatus); status.Signaled() {
			return fmt.Sprint("signal ", int(status.Signal()))
		}
		return fmt.Sprint("code ", exit.ExitCode())
	}
	return fmt.Sprint(err)
}

func main() {
	background := context.Background()

	// A context ends a program.
	ctx, cancel := context.WithCancel(background)
	program := exec.CommandContext(ctx, "sleep", "1000")
	fmt.Println("started", program.Start())
	cancel()
	fmt.Println("ended by", ended(program.Wait()))
	fmt.Println("not started:", exec.CommandContext(ctx, "true").Run())

	// By what it is told to.
	ctx, cancel = context.WithCancel(background)
	program = exec.CommandContext(ctx, "sh", "-c", "trap 'exit 0' TERM; echo ready; while :; do sleep 0.01; done")
	program.Cancel = func() error { return program.Process.Signal(syscall.SIGTERM) }
	stdout, _ := program.StdoutPipe()
	program.Start()
	ready := make([]byte, 6)
	io.ReadFull(stdout, ready)
	cancel()
	fmt.Println("succeeded but", program.Wait())

	// And killed if that does not help.
	ctx, cancel = context.WithCancel(background)
	program = exec.CommandContext(ctx, "sh", "-c", "trap '' TERM; echo ready; while :; do sleep 0.01; done")
	program.Cancel = func() error { return program.Process.Signal(syscall.SIGTERM) }
	program.WaitDelay = 10 * time.Millisecond
	stdout, _ = program.StdoutPipe()
	program.Start()
	io.ReadFull(stdout, ready)
	cancel()
	fmt.Println("ended by", ended(program.Wait()))

	// Whoever ended before is left alone.
	ctx, cancel = context.WithCancel(background)
	fmt.Println("before", exec.CommandContext(ctx, "true").Run())
	cancel()

	// Others that keep the output open.
	input, holds, _ := os.Pipe()
	program = exec.Command("sh", "-c", "exec 3<&0; cat <&3 >&2 & echo said")
	program.Stdin = input
	program.WaitDelay = 20 * time.Millisecond
	_, err := program.Output()
	fmt.Println(err)
	input.Close()
	holds.Close()

	// Pipes, and both outputs in one.
	program = exec.Command("tr", "a-z", "A-Z")
	stdin, _ := program.StdinPipe()
	stdout, _ = program.StdoutPipe()
	program.Start()
	stdin.Write([]byte("through a pipe"))
	stdin.Close()
	text, err := io.ReadAll(stdout)
	fmt.Println(string(text), err, program.Wait())
	text, err = exec.Command("sh", "-c", "echo one; echo two >&2; echo three; exit 4").CombinedOutput()
	fmt.Printf("%q %v\n", text, ended(err))

	found, err := exec.LookPath("sh")
	fmt.Println("found", strings.HasSuffix(found, "/sh"), err)
	_, err = exec.LookPath("no-such-program")
	fmt.Println(err)
}
