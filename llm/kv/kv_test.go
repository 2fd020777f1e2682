package kv

import (
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"testing"

	"github.com/chaski-dev/chaski/llm/tensor"
	"pgregory.net/rapid"
)

func newPool(t interface{ Fatal(...any) }, pages int) *Pool {
	p, err := NewPool(Shape{Layers: 1, KVHeads: 1, HeadDim: 2}, tensor.F32, 4, pages)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func ExamplePool() {
	p, err := NewPool(Shape{Layers: 32, KVHeads: 8, HeadDim: 128}, tensor.Q8_0, 32, 64)
	if err != nil {
		panic(err)
	}
	defer p.Close()
	prompt := p.NewTable()
	if err := prompt.Extend(40); err != nil {
		panic(err)
	}
	fork := prompt.Fork(40) // shares both pages
	fmt.Println(p.Pages()-p.Free(), "pages")
	if err := fork.Extend(1); err != nil { // copies the tail page only
		panic(err)
	}
	fmt.Println(p.Pages()-p.Free(), "pages,", p.PageBytes()/p.PageTokens(), "bytes a token")
	// Output:
	// 2 pages
	// 3 pages, 69632 bytes a token
}

// row is where the token at pos of a table keeps its key.
func row(tb *Table, pos int) []byte {
	page, at := tb.At(pos)
	return tb.pool.K(page, 0, 0)[at*tb.pool.rowBytes:][:8]
}

// TestTables runs random histories against a model that keeps each sequence's tokens
// in a slice: contents, reference counts and free pages must agree after each step.
func TestTables(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		pool := newPool(rt, 24)
		defer pool.Close()
		var tables []*Table
		var model [][]uint64
		next := uint64(1)
		pick := func(rt *rapid.T) int {
			if len(tables) == 0 {
				rt.Skip("no tables")
			}
			return rapid.IntRange(0, len(tables)-1).Draw(rt, "table")
		}
		rt.Repeat(map[string]func(*rapid.T){
			"new": func(rt *rapid.T) {
				tables, model = append(tables, pool.NewTable()), append(model, nil)
			},
			"append": func(rt *rapid.T) {
				i, n := pick(rt), rapid.IntRange(0, 9).Draw(rt, "tokens")
				tb, free, need := tables[i], pool.Free(), tables[i].Missing(n)
				err := tb.Extend(n)
				if need > free {
					if !errors.Is(err, ErrFull) || tb.Len() != len(model[i]) || pool.Free() != free {
						rt.Fatalf("%d pages needed, %d free: %v", need, free, err)
					}
					return
				}
				if err != nil || pool.Free() != free-need {
					rt.Fatalf("%v; %d pages are free, %d were, %d needed", err, pool.Free(), free, need)
				}
				for range n {
					model[i] = append(model[i], next)
					binary.LittleEndian.PutUint64(row(tb, len(model[i])-1), next)
					next++
				}
			},
			"fork": func(rt *rapid.T) {
				i := pick(rt)
				n := rapid.IntRange(0, len(model[i])).Draw(rt, "at")
				tables, model = append(tables, tables[i].Fork(n)), append(model, slices.Clone(model[i][:n]))
			},
			"roll back": func(rt *rapid.T) {
				i := pick(rt)
				n := rapid.IntRange(0, len(model[i])).Draw(rt, "to")
				tables[i].Truncate(n)
				model[i] = model[i][:n]
			},
			"free": func(rt *rapid.T) {
				i := pick(rt)
				tables[i].Free()
				tables, model = slices.Delete(tables, i, i+1), slices.Delete(model, i, i+1)
			},
			"": func(rt *rapid.T) {
				holders := map[PageID]int{}
				for i, tb := range tables {
					if tb.Len() != len(model[i]) || len(tb.Pages()) != (tb.Len()+3)/4 {
						rt.Fatalf("table %d: %d tokens in %d pages, want %d", i, tb.Len(), len(tb.Pages()), len(model[i]))
					}
					for pos, want := range model[i] {
						if got := binary.LittleEndian.Uint64(row(tb, pos)); got != want {
							rt.Fatalf("table %d, token %d: %d, want %d", i, pos, got, want)
						}
					}
					for _, id := range tb.Pages() {
						holders[id]++
					}
				}
				for id := range PageID(pool.Pages()) {
					if pool.Refs(id) != holders[id] {
						rt.Fatalf("page %d: %d references, %d holders", id, pool.Refs(id), holders[id])
					}
				}
				if pool.Free() != pool.Pages()-len(holders) {
					rt.Fatalf("%d pages are free, %d are held", pool.Free(), len(holders))
				}
			},
		})
	})
}

func TestBytesPerToken(t *testing.T) {
	for format, want := range map[tensor.Type]int{tensor.F16: 128 << 10, tensor.Q8_0: 68 << 10, tensor.F32: 256 << 10} {
		p, err := NewPool(Shape{32, 8, 128}, format, 0, 16)
		if err != nil {
			t.Fatal(err)
		}
		if got := p.PageBytes() / p.PageTokens(); got != want {
			t.Errorf("%v: %d bytes a token, want %d", format, got, want)
		}
		if err := errors.Join(p.Close(), p.Close()); err != nil {
			t.Error(err)
		}
	}
}

func TestBadPools(t *testing.T) {
	shape := Shape{1, 1, 32}
	for name, make := range map[string]func() (*Pool, error){
		"no layers":   func() (*Pool, error) { return NewPool(Shape{0, 1, 32}, tensor.F32, 0, 1) },
		"format":      func() (*Pool, error) { return NewPool(shape, tensor.Q4_K, 0, 1) },
		"block":       func() (*Pool, error) { return NewPool(Shape{1, 1, 48}, tensor.Q8_0, 0, 1) },
		"no pages":    func() (*Pool, error) { return NewPool(shape, tensor.F32, 0, 0) },
		"page tokens": func() (*Pool, error) { return NewPool(shape, tensor.F32, -1, 1) },
	} {
		if _, err := make(); err == nil {
			t.Errorf("%s was accepted", name)
		}
	}
}

func TestReleaseOfFreePagePanics(t *testing.T) {
	p := newPool(t, 2)
	defer p.Close()
	defer func() {
		if recover() == nil {
			t.Fatal("a free page was released")
		}
	}()
	p.Release(0)
}
