package kv

import (
	"bytes"
	"encoding/binary"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/chaski-dev/chaski/llm/tensor"
	"pgregory.net/rapid"
)

var steps = flag.Int("steps", 4000, "steps of the state machine")

var small = Shape{Layers: 2, KVHeads: 1, HeadDim: 4}

const pageSize = 4

func smallPool(t testing.TB, pages int) *Pool {
	t.Helper()
	p, err := NewPool(small, tensor.F32, pageSize, pages)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = p.Close() })
	return p
}

// mark is what the tests write for a token: it depends on all tokens before it, as keys
// and values do.
func mark(tenant string, ids []int32, pos int) uint64 {
	h := uint64(14695981039346656037)
	for _, c := range []byte(tenant) {
		h = (h ^ uint64(c)) * 1099511628211
	}
	for _, id := range ids[:pos+1] {
		h = (h ^ uint64(id)) * 1099511628211
	}
	return h
}

func write(p *Pool, tb *Table, tenant string, ids []int32, from int) {
	for pos := from; pos < tb.Len(); pos++ {
		page, row := tb.At(pos)
		for l := range small.Layers {
			binary.LittleEndian.PutUint64(p.K(page, l, 0)[row*16:], mark(tenant, ids, pos)+uint64(l))
			binary.LittleEndian.PutUint64(p.V(page, l, 0)[row*16:], ^mark(tenant, ids, pos)-uint64(l))
		}
	}
}

func check(p *Pool, tb *Table, tenant string, ids []int32) error {
	for pos := range tb.Len() {
		page, row := tb.At(pos)
		for l := range small.Layers {
			k, v := binary.LittleEndian.Uint64(p.K(page, l, 0)[row*16:]), binary.LittleEndian.Uint64(p.V(page, l, 0)[row*16:])
			if m := mark(tenant, ids, pos); k != m+uint64(l) || v != ^m-uint64(l) {
				return fmt.Errorf("tenant %q: token %d of %v, layer %d: the page holds another token's rows", tenant, pos, ids[:tb.Len()], l)
			}
		}
	}
	return nil
}

// seq is a live sequence of the machine, with the naive model of it: its tokens.
type seq struct {
	tenant string
	ids    []int32
	table  *Table
}

// machine does random things to a cache and compares with the tokens alone.
type machine struct {
	t     *rapid.T
	cache *Cache
	disk  DiskOptions
	live  []*seq

	damaged bool // somebody spoilt the page file
}

func (m *machine) fatal(err error) {
	if err != nil {
		m.t.Fatal(err)
	}
}

func (m *machine) pick() *seq {
	if len(m.live) == 0 {
		m.t.Skip("no sequence")
	}
	return m.live[rapid.IntRange(0, len(m.live)-1).Draw(m.t, "sequence")]
}

func (m *machine) tokens(most int) []int32 {
	return rapid.SliceOfN(rapid.Int32Range(0, 2), 1, most).Draw(m.t, "tokens")
}

// append computes tokens: it makes room, extends and writes.
func (m *machine) append(s *seq, ids []int32) {
	if err := m.cache.Room(s.table.Missing(len(ids))); err != nil {
		if !errors.Is(err, ErrFull) {
			m.t.Fatal(err)
		}
		return
	}
	from := s.table.Len()
	m.fatal(s.table.Extend(len(ids)))
	s.ids = append(s.ids[:from:from], ids...)
	write(m.cache.Pool, s.table, s.tenant, s.ids, from)
}

func (m *machine) actions() map[string]func(*rapid.T) {
	act := func(fn func()) func(*rapid.T) { return func(t *rapid.T) { m.t = t; fn() } }
	return map[string]func(*rapid.T){
		"share": act(func() {
			if len(m.live) > 5 {
				m.t.Skip("enough sequences")
			}
			s := &seq{tenant: rapid.SampledFrom([]string{"", "b"}).Draw(m.t, "tenant")}
			ids := m.tokens(14)
			s.table = m.cache.Match(s.tenant, ids)
			s.ids = slices.Clone(ids[:s.table.Len()])
			m.fatal(check(m.cache.Pool, s.table, s.tenant, s.ids))
			m.live = append(m.live, s)
			if rest := ids[len(s.ids):]; len(rest) > 0 {
				m.append(s, rest)
			}
		}),
		"append": act(func() { m.append(m.pick(), m.tokens(6)) }),
		"rollback": act(func() {
			s := m.pick()
			n := rapid.IntRange(0, s.table.Len()).Draw(m.t, "keep")
			s.table.Truncate(n)
			s.ids = s.ids[:n]
		}),
		"fork": act(func() {
			s := m.pick()
			if len(m.live) > 5 {
				m.t.Skip("enough sequences")
			}
			n := rapid.IntRange(0, s.table.Len()).Draw(m.t, "at")
			m.live = append(m.live, &seq{s.tenant, slices.Clone(s.ids[:n]), s.table.Fork(n)})
		}),
		"insert": act(func() {
			s := m.pick()
			m.cache.Insert(s.tenant, s.table, s.ids, rapid.IntRange(0, s.table.Len()).Draw(m.t, "n"))
		}),
		"adopt": act(func() {
			s := m.pick()
			ids := append(slices.Clone(s.ids), m.tokens(6)...)
			if m.cache.Adopt(s.tenant, s.table, ids) {
				s.ids = ids[:s.table.Len()]
			}
		}),
		"pin":   act(func() { s := m.pick(); m.cache.Pin(s.tenant, s.ids, rapid.Bool().Draw(m.t, "pinned")) }),
		"evict": act(func() { _ = m.cache.Room(rapid.IntRange(1, m.cache.Pages()).Draw(m.t, "pages")) }),
		"spill": act(func() { m.cache.Flush() }),
		"restart": act(func() {
			m.cache.Flush()
			m.fatal(m.cache.disk.Close())
			m.cache.disk = nil
			m.cache.Clear()
			disk, err := OpenDisk(m.cache.Pool, m.disk)
			m.fatal(err)
			m.cache.disk = disk
			m.cache.each(func(x *node) { x.slot = -1 })
		}),
		"suspend": act(func() { s := m.pick(); m.fatal(m.cache.Suspend(s.tenant, s.ids)) }),
		"damage": act(func() { // somebody writes into the page file, or cuts it short
			d := m.cache.disk
			if len(d.slots) == 0 {
				m.t.Skip("no page on disk")
			}
			slot := rapid.IntRange(0, len(d.slots)-1).Draw(m.t, "slot")
			at := fileHeader + int64(slot)*d.slotBytes + int64(rapid.IntRange(0, d.headBytes+d.pageBytes-1).Draw(m.t, "where"))
			m.damaged = true
			if rapid.IntRange(0, 3).Draw(m.t, "cut") == 0 {
				m.fatal(os.Truncate(m.cache.disk.Path(), at))
				return
			}
			f, err := os.OpenFile(m.cache.disk.Path(), os.O_RDWR, 0)
			m.fatal(err)
			_, err = f.WriteAt([]byte{byte(rapid.IntRange(0, 255).Draw(m.t, "byte"))}, at)
			m.fatal(errors.Join(err, f.Close()))
		}),
		"cancel": act(func() {
			s := m.pick()
			s.table.Free()
			m.live = slices.DeleteFunc(m.live, func(x *seq) bool { return x == s })
		}),
		"": act(m.invariants),
	}
}

// invariants compares reference counts and contents with the naive model.
func (m *machine) invariants() {
	refs := make([]int, m.cache.Pages())
	for _, s := range m.live {
		if len(s.ids) != s.table.Len() {
			m.t.Fatalf("a table of %d tokens, want %d", s.table.Len(), len(s.ids))
		}
		m.fatal(check(m.cache.Pool, s.table, s.tenant, s.ids))
		for _, p := range s.table.Pages() {
			refs[p]++
		}
	}
	m.cache.each(func(x *node) {
		refs[x.page]++
		if x.below > 0 && len(x.tokens) != pageSize {
			m.t.Fatal("a page that is not full has pages below")
		}
		var ids []int32
		for y := x; y.parent != nil; y = y.parent {
			ids = append(slices.Clone(y.tokens), ids...)
		}
		for i := range x.tokens {
			if got := binary.LittleEndian.Uint64(m.cache.K(x.page, 0, 0)[i*16:]); got != mark(x.tenant, ids, x.depth*pageSize+i) {
				m.t.Fatalf("the tree's page for %v, token %d, holds another token's rows", ids, i)
			}
		}
	})
	free, idle := 0, 0
	m.cache.each(func(x *node) {
		if refs[x.page] == 1 {
			idle++
		}
	})
	if got := m.cache.Evictable(); got != idle {
		m.t.Fatalf("%d pages may be evicted, want %d", got, idle)
	}
	for i, want := range refs {
		if got := m.cache.Refs(PageID(i)); got != want {
			m.t.Fatalf("page %d has %d holders, want %d", i, got, want)
		}
		if want == 0 {
			free++
		}
	}
	if free != m.cache.Free() {
		m.t.Fatalf("%d pages are free, want %d", m.cache.Free(), free)
	}
}

// TestMachine runs -steps random operations against the naive model.
func TestMachine(t *testing.T) {
	done := 0
	_ = flag.Set("rapid.steps", "100")
	_ = flag.Set("rapid.checks", fmt.Sprint(max(1, *steps/100)))
	rapid.Check(t, func(rt *rapid.T) {
		pool, err := NewPool(small, tensor.F32, pageSize, 24)
		if err != nil {
			rt.Fatal(err)
		}
		dir, err := os.MkdirTemp("", "kv")
		if err != nil {
			rt.Fatal(err)
		}
		defer os.RemoveAll(dir)
		o := DiskOptions{Dir: dir, Limit: 12 * 8192}
		disk, err := OpenDisk(pool, o)
		if err != nil {
			rt.Fatal(err)
		}
		m := &machine{cache: NewCache(pool, disk), disk: o}
		m.cache.Report = func(err error) {
			if !errors.Is(err, ErrDiskFull) && !(m.damaged && errors.Is(err, ErrCorrupt)) {
				rt.Fatal(err)
			}
		}
		acts := m.actions()
		inv := acts[""]
		acts[""] = func(t *rapid.T) { done++; inv(t) }
		rt.Repeat(acts)
		for _, s := range m.live {
			s.table.Free()
		}
		m.cache.Clear()
		if pool.Free() != pool.Pages() {
			rt.Fatalf("%d of %d pages are free after everything ended", pool.Free(), pool.Pages())
		}
		if err := errors.Join(m.cache.disk.Close(), pool.Close()); err != nil {
			rt.Fatal(err)
		}
	})
	t.Logf("%d steps", done)
}

// filled returns a cache whose tree holds one sequence of n tokens.
func filled(t testing.TB, dir string, n int, limit int64) (*Cache, []int32, *[]error) {
	t.Helper()
	p := smallPool(t, 64)
	disk, err := OpenDisk(p, DiskOptions{Dir: dir, Limit: limit})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = disk.Close() })
	c := NewCache(p, disk)
	errs := new([]error)
	c.Report = func(err error) { *errs = append(*errs, err) }
	ids := make([]int32, n)
	for i := range ids {
		ids[i] = int32(i * 7 % 11)
	}
	tb := c.Match("", ids)
	if tb.Len() < n {
		from := tb.Len()
		if err := tb.Extend(n - from); err != nil {
			t.Fatal(err)
		}
		write(p, tb, "", ids, from)
	}
	c.Insert("", tb, ids, n)
	tb.Free()
	return c, ids, errs
}

// TestRestart finds a prefix on disk after a restart, and only under its own tenant.
func TestRestart(t *testing.T) {
	dir := t.TempDir()
	c, ids, errs := filled(t, dir, 18, 0)
	c.Flush()
	if err := c.disk.Close(); err != nil {
		t.Fatal(err)
	}
	p := smallPool(t, 64)
	disk, err := OpenDisk(p, DiskOptions{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	defer disk.Close()
	again := NewCache(p, disk)
	if other := again.Match("other", ids); other.Len() != 0 {
		t.Fatalf("another tenant found %d tokens", other.Len())
	}
	tb := again.Match("", append(slices.Clone(ids), 5))
	if tb.Len() != 18 || again.Stats().Restored != 5 {
		t.Fatalf("%d tokens of 18, %+v, %v", tb.Len(), again.Stats(), *errs)
	}
	if err := check(p, tb, "", ids); err != nil {
		t.Fatal(err)
	}
}

// TestDamage spoils the page file under a running cache: what is damaged is reported
// and computed again, never used.
func TestDamage(t *testing.T) {
	spoil := map[string]func(c *Cache, path string) error{
		"a byte of a page": func(c *Cache, path string) error {
			f, err := os.OpenFile(path, os.O_RDWR, 0)
			if err != nil {
				return err
			}
			_, err = f.WriteAt([]byte{0xff, 0xfe}, fileHeader+2*c.disk.slotBytes+int64(c.disk.headBytes)+40)
			return errors.Join(err, f.Close())
		},
		"a token of a header": func(c *Cache, path string) error {
			f, err := os.OpenFile(path, os.O_RDWR, 0)
			if err != nil {
				return err
			}
			_, err = f.WriteAt([]byte{99}, fileHeader+2*c.disk.slotBytes+fixedHeader)
			return errors.Join(err, f.Close())
		},
		"truncated": func(c *Cache, path string) error { return os.Truncate(path, fileHeader+2*c.disk.slotBytes+100) },
		"emptied":   func(_ *Cache, path string) error { return os.Truncate(path, 0) },
	}
	for name, fn := range spoil {
		t.Run(name, func(t *testing.T) {
			c, ids, errs := filled(t, t.TempDir(), 18, 0)
			c.Flush()
			disk := c.disk
			c.Clear()
			c.disk = disk
			if err := fn(c, c.disk.path); err != nil {
				t.Fatal(err)
			}
			tb := c.Match("", ids)
			if tb.Len() >= 12 || len(*errs) != 1 || !errors.Is((*errs)[0], ErrCorrupt) || c.Stats().Refused != 1 {
				t.Fatalf("%d tokens, %v, %+v", tb.Len(), *errs, c.Stats())
			}
			if err := check(c.Pool, tb, "", ids); err != nil {
				t.Fatal(err)
			}
			from := tb.Len()
			if err := tb.Extend(18 - from); err != nil {
				t.Fatal(err)
			}
			write(c.Pool, tb, "", ids, from)
			c.Insert("", tb, ids, 18)
			c.Flush()
			c.Clear()
		})
	}
}

// TestForeign refuses the page file of another model, and one that is in use.
func TestForeign(t *testing.T) {
	dir := t.TempDir()
	c, _, _ := filled(t, dir, 18, 0)
	c.Flush()
	if _, err := OpenDisk(c.Pool, DiskOptions{Dir: dir}); !errors.Is(err, ErrInUse) {
		t.Fatalf("a second opening: %v", err)
	}
	path := c.disk.path
	if err := c.disk.Close(); err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	other := DiskOptions{Dir: dir, Model: [32]byte{1}}
	if err := os.WriteFile(DiskPath(c.Pool, other), data, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := OpenDisk(c.Pool, other); !errors.Is(err, ErrForeign) {
		t.Fatalf("another model's file: %v", err)
	}
	if got, err := os.ReadFile(DiskPath(c.Pool, other)); err != nil || !bytes.Equal(got, data) {
		t.Fatal("the foreign file was changed")
	}
	files, err := Files(dir)
	if err != nil || len(files) != 2 {
		t.Fatalf("%v %v", files, err)
	}
	mine := filepath.Join(dir, "mine.kv")
	if err := os.WriteFile(mine, []byte("no page file"), 0o600); err != nil {
		t.Fatal(err)
	}
	if gone, err := Prune(dir, 1<<40); err != nil || len(gone) != 0 {
		t.Fatalf("pruned %v, %v", gone, err)
	}
	gone, err := Prune(dir, 0)
	if err != nil || len(gone) != 2 {
		t.Fatalf("pruned %v, %v", gone, err)
	}
	if _, err := os.Stat(mine); err != nil {
		t.Fatal("a file that is no page file was removed")
	}
	if _, err := Prune(dir, -1); err == nil {
		t.Fatal("a negative limit")
	}
}

// TestDiskLimit keeps the page file within its limit and the cache working.
func TestDiskLimit(t *testing.T) {
	c, _, errs := filled(t, t.TempDir(), 60, fileHeader+3*4096)
	c.Flush()
	if len(*errs) == 0 || !errors.Is((*errs)[0], ErrDiskFull) {
		t.Fatalf("%v", *errs)
	}
	st, err := os.Stat(c.disk.path)
	if err != nil || st.Size() > fileHeader+3*c.disk.slotBytes {
		t.Fatalf("%d bytes, %v", st.Size(), err)
	}
}

// TestEvictionOrder keeps what is pinned, then what is deep and recent.
func TestEvictionOrder(t *testing.T) {
	c := NewCache(smallPool(t, 12), nil)
	add := func(first int32, n int) []int32 {
		ids := make([]int32, n)
		ids[0] = first
		tb := c.Match("", ids)
		if err := tb.Extend(n - tb.Len()); err != nil {
			t.Fatal(err)
		}
		c.Insert("", tb, ids, n)
		tb.Free()
		return ids
	}
	system, old, recent := add(1, 8), add(2, 8), add(3, 8)
	c.Pin("", system, true)
	if err := c.Room(8); err != nil {
		t.Fatal(err)
	}
	if a, b, d := c.Longest("", system), c.Longest("", old), c.Longest("", recent); a != 8 || b != 0 || d != 8 {
		t.Fatalf("pinned %d, old %d, recent %d tokens left", a, b, d)
	}
	live := c.Match("", recent)
	if err := c.Room(12); !errors.Is(err, ErrFull) {
		t.Fatalf("below a live sequence: %v", err)
	}
	if c.Longest("", recent) != 8 || c.Longest("", system) != 0 {
		t.Fatal("the live prefix must stay, the pinned one goes when nothing else is left")
	}
	live.Free()
}

func ExampleCache() {
	pool, _ := NewPool(Shape{Layers: 1, KVHeads: 1, HeadDim: 32}, tensor.F16, 16, 8)
	defer pool.Close()
	cache := NewCache(pool, nil)

	first := []int32{1, 2, 3, 4}
	table := cache.Match("", first) // nothing is known yet
	_ = table.Extend(len(first))    // a forward pass writes the rows
	cache.Insert("", table, first, len(first))
	table.Free()

	fmt.Println(cache.Match("", []int32{1, 2, 3, 9}).Len(), cache.Match("other tenant", first).Len())
	// Output: 3 0
}
