package host

import (
	"errors"
	"fmt"
	"syscall"

	"github.com/chaski-dev/chaski/llm/hub"
)

// little is what a run may take, and what the bus needs to start.
const little = 4 << 20

// full says of an error of a store in a folder that its disk is full, where that is why: the
// stores say so in words of their own.
func full(folder string, err error) error {
	if err == nil {
		return nil
	}
	free, ok := hub.FreeBytes(folder)
	if !errors.Is(err, syscall.ENOSPC) && (!ok || free >= little) {
		return err
	}
	left := ""
	if ok {
		left = ", " + hub.Bytes(free) + " are free"
	}
	return fmt.Errorf("the disk of %s is full%s: free some space, or name another folder with --data (%w)", folder, left, err)
}
