// rows: go-04, go-10
package main

import "fmt"

func main() {
	closed := make(chan int)
	close(closed)
	fmt.Println("before")
	closed <- 1
	fmt.Println("after")
}
