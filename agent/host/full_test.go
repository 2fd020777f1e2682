package host

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"syscall"
	"testing"
)

// TestFull: what a full disk makes fail names the folder; another error stays as it is.
func TestFull(t *testing.T) {
	dir := t.TempDir()
	other := errors.New("the lock is another's")
	if err := full(dir, other); err != other || full(dir, nil) != nil {
		t.Error(err)
	}
	cause := fmt.Errorf("audit: %w", &os.PathError{Op: "write", Path: dir + "/audit", Err: syscall.ENOSPC})
	if err := full(dir, cause); !errors.Is(err, syscall.ENOSPC) || !strings.HasPrefix(err.Error(), "the disk of "+dir+" is full") {
		t.Error(err)
	}
}
