//go:build unix && !linux

package tensor

// HugePages asks for large pages of memory, where a system lets one ask.
func HugePages([]byte) {}
