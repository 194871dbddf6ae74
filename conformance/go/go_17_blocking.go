// rows: go-17
//
// One worker, and calls that block in the system until another goroutine does something: they
// would block each other for ever if they kept the worker.
package main

import (
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"syscall"
)

func main() {
	runtime.GOMAXPROCS(1)
	folder, err := os.MkdirTemp("", "go_17_")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(folder)
	pipe := filepath.Join(folder, "pipe")
	fmt.Println("made", syscall.Mkfifo(pipe, 0o600))

	// To open a pipe waits for its other end.
	read := make(chan string)
	go func() {
		text, err := os.ReadFile(pipe)
		read <- fmt.Sprint(string(text), " ", err)
	}()
	runtime.Gosched()
	fmt.Println("written", os.WriteFile(pipe, []byte("through the pipe"), 0))
	fmt.Println(<-read)

	// A program ends when a goroutine has written what it reads.
	go func() {
		output, err := exec.Command("cat", pipe).Output()
		read <- fmt.Sprint(string(output), " ", err)
	}()
	runtime.Gosched()
	fmt.Println("written", os.WriteFile(pipe, []byte("through a program"), 0))
	fmt.Println(<-read)

	// A call the library knows nothing of.
	var ends [2]int
	fmt.Println("piped", syscall.Pipe(ends[:]))
	go func() {
		buffer := make([]byte, 16)
		n, err := syscall.Read(ends[0], buffer)
		read <- fmt.Sprint(string(buffer[:n]), " ", err)
	}()
	turns := 0
	for range 3 {
		runtime.Gosched()
		turns++
	}
	fmt.Println("turns meanwhile", turns)
	n, err := syscall.Write(ends[1], []byte("raw"))
	fmt.Println("written", n, err)
	fmt.Println(<-read)

	// Files.
	file := filepath.Join(folder, "file")
	fmt.Println(os.WriteFile(file, []byte("first\n"), 0o600))
	opened, err := os.OpenFile(file, os.O_APPEND|os.O_WRONLY, 0)
	fmt.Println(err)
	n, err = opened.WriteString("second\n")
	fmt.Println("appended", n, err, opened.Close())
	text, err := os.ReadFile(file)
	fmt.Printf("%q %v\n", text, err)
	fmt.Println("removed", os.Remove(file))
	_, err = os.ReadFile(file)
	fmt.Println("not there", errors.Is(err, fs.ErrNotExist))

	// Names and programs.
	addresses, err := net.LookupHost("localhost")
	fmt.Println("found", slices.Contains(addresses, "127.0.0.1"), err)
	var failed *exec.ExitError
	err = exec.Command("sh", "-c", "exit 3").Run()
	fmt.Println("ended", errors.As(err, &failed), failed.ExitCode())
	err = exec.Command(filepath.Join(folder, "nothing")).Run()
	fmt.Println("no program", errors.Is(err, fs.ErrNotExist))
}
