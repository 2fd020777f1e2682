package tensor

import (
	"context"
	"errors"
	"sync/atomic"
	"time"
	"unsafe"
)

var peakSink atomic.Int32

// ReadBandwidth measures how many bytes a second all threads of the pool read from
// memory together, over a buffer far larger than the caches. It takes the best of
// several passes: the machine may be busy with other things. It ends early with ctx, and with
// its error.
func (p *Pool) ReadBandwidth(ctx context.Context) (bytesPerSecond float64, err error) {
	const size, piece = 1 << 30, 1 << 18
	mem, release, err := Reserve(size)
	if err != nil {
		return 0, err
	}
	words := unsafe.Slice((*uint64)(unsafe.Pointer(&mem[0])), size/8)
	pieces := size / piece
	p.Run(pieces, func(_, i int) {
		if ctx.Err() != nil {
			return
		}
		for k := i * piece / 8; k < (i+1)*piece/8; k += 8 {
			words[k] = uint64(k) // every page is its own, not the shared page of zeros
		}
	})
	var best time.Duration
	for pass := range 3 {
		start := time.Now()
		p.Run(pieces, func(_, i int) {
			if ctx.Err() != nil {
				return
			}
			peakSink.Store(int32(fast.read(&mem[i*piece], piece)))
		})
		if took := time.Since(start); pass == 0 || took < best {
			best = took
		}
	}
	if err := errors.Join(ctx.Err(), release()); err != nil {
		return 0, err
	}
	return size / best.Seconds(), nil
}

// MultiplyAddRate measures how many multiply-adds of 8-bit numbers a second all threads
// of the pool do together, with the instructions of the kernels in use and no memory. It ends
// early with ctx, and with its error.
func (p *Pool) MultiplyAddRate(ctx context.Context) (float64, error) {
	const calls, rounds = 64, 5000 // a call takes less than 200 µs
	var best time.Duration
	for pass := range 6 {
		start := time.Now()
		p.Run(calls*p.threads, func(_, _ int) {
			if ctx.Err() == nil {
				fast.peak(rounds)
			}
		})
		if took := time.Since(start); pass == 0 || took < best {
			best = took
		}
	}
	if err := ctx.Err(); err != nil {
		return 0, err
	}
	return float64(calls*p.threads*rounds*fast.peakOps) / best.Seconds(), nil
}
