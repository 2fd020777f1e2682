//go:build race

package documents

// raced says that the race detector watches, which takes memory of its own.
const raced = true
