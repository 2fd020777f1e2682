//go:build !linux && !noasm

package tensor

// tilesAllowed: how other systems lend the state of tiles was not tried.
func tilesAllowed() bool { return false }
