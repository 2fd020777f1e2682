//go:build race

package engine

// raced says that the race detector watches: it needs the paths, not the load.
const raced = true
