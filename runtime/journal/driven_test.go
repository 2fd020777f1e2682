package journal

import (
	"errors"
	"testing"
	"time"
)

// TestLooking: who looks whether a run is driven keeps nobody from driving it, and looks
// like no driver to others who look; who drives it keeps all others out at once.
func TestLooking(t *testing.T) {
	ctx := t.Context()
	path := t.TempDir()
	a, err := Open(path)
	if err != nil {
		t.Fatal(err)
	}
	b, err := Open(path)
	if err != nil {
		t.Fatal(err)
	}
	looks, err := a.lockMark("run", Look)
	if err != nil {
		t.Fatal(err)
	}
	if driven, err := b.Driven(ctx, "run"); driven || err != nil {
		t.Error("somebody looks, nobody drives:", driven, err)
	}
	time.AfterFunc(20*time.Millisecond, func() { looks.Close() })
	release, err := b.Lease(ctx, "run")
	if err != nil {
		t.Fatal("somebody looked:", err)
	}
	start := time.Now()
	if _, err := a.Lease(ctx, "run"); !errors.Is(err, ErrOwned) || time.Since(start) > time.Second {
		t.Error(err, time.Since(start))
	}
	if driven, err := a.Driven(ctx, "run"); !driven || err != nil {
		t.Error(driven, err)
	}
	release()
}
