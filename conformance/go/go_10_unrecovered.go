// rows: go-10
package main

import "fmt"

func main() {
	done := make(chan struct{})
	go func() {
		defer fmt.Println("deferred")
		panic("boom")
	}()
	<-done
}
