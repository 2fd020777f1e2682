//go:build !unix

package main

// onResize does nothing: the size is read before each line.
func onResize(func()) (stop func()) { return func() {} }
