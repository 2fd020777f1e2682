package tensor

import (
	"context"
	"errors"
	"testing"
	"time"
)

func TestMeasure(t *testing.T) {
	if testing.Short() {
		t.Skip("short: measuring takes a second and a quarter of a gigabyte")
	}
	p := NewPool(2)
	defer p.Close()
	bytes, err := p.ReadBandwidth(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	rate, err := p.MultiplyAddRate(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("reads %.1f GB/s, %.0f GMAC/s with %s", bytes/1e9, rate/1e9, KernelName())
	if bytes < 1e8 || bytes > 1e13 || rate < 1e7 || rate > 1e14 {
		t.Errorf("%.3g bytes and %.3g multiply-adds a second are no machine's", bytes, rate)
	}
}

// TestMeasureStopped: measuring ends with its context, before it has gone through all.
func TestMeasureStopped(t *testing.T) {
	p := NewPool(2)
	defer p.Close()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	began := time.Now()
	if _, err := p.ReadBandwidth(ctx); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	if _, err := p.MultiplyAddRate(ctx); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	if took := time.Since(began); took > time.Second {
		t.Errorf("it went on for %v", took)
	}
}
