package kv

import (
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"os"
	"path/filepath"
)

// Errors of the disk tier.
var (
	ErrForeign  = errors.New("the page file belongs to another model, number format or version")
	ErrCorrupt  = errors.New("the page on disk is damaged")
	ErrDiskFull = errors.New("the page file is at its size limit")
	ErrInUse    = errors.New("the page file is in use by another process")
)

// DiskVersion is the version of the page file's layout and of what its numbers mean.
const DiskVersion = 1

const (
	fileMagic   = "CHASKIKV"
	slotMagic   = 0x544f4c53
	fileHeader  = 4096
	fixedHeader = 64 // of a slot, before its tokens
	align       = 4096
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// DiskOptions say where pages go when memory runs short or the process ends.
type DiskOptions struct {
	Dir   string
	Model [32]byte // hash that names the model
	Limit int64    // bytes of the page file; 0 is DefaultDiskLimit
}

// DefaultDiskLimit is the size limit of a page file.
const DefaultDiskLimit = 8 << 30

// Disk is a file of pages. Each slot holds one page, its tokens, and which slot holds
// the page before it, so that a prefix is followed token by token from its first one.
// Slots are read with positioned reads straight into the pool: a mapping would end the
// process if somebody cut the file short.
type Disk struct {
	path       string
	f          *os.File
	pageTokens int
	pageBytes  int
	headBytes  int // of a slot
	slotBytes  int64
	limit      int // slots
	slots      []slot
	children   map[childKey][]int
	free       []int
	serial     uint64
	clock      uint64
	buf        []byte
}

type slot struct {
	live   bool
	serial uint64
	parent int // −1 for a first page
	tenant [32]byte
	tokens []int32
	below  int
	used   uint64
}

type childKey struct {
	parent int
	tenant [32]byte
	first  int32
}

// DiskPath returns the page file for a pool and a model.
func DiskPath(p *Pool, o DiskOptions) string {
	return filepath.Join(o.Dir, fmt.Sprintf("%x-%s-%d-v%d.kv", o.Model[:8], p.format, p.pageTokens, DiskVersion))
}

// OpenDisk opens or makes the page file of a model. Slots that are damaged, or whose
// preceding pages are gone, are dropped. It fails with [ErrForeign] if the file is not
// this model's, and with [ErrInUse] if another process has it.
func OpenDisk(p *Pool, o DiskOptions) (_ *Disk, err error) {
	if o.Limit < 0 {
		return nil, fmt.Errorf("kv: a page file of at most %d bytes", o.Limit)
	}
	if o.Limit == 0 {
		o.Limit = DefaultDiskLimit
	}
	d := &Disk{path: DiskPath(p, o), pageTokens: p.pageTokens, pageBytes: p.pageBytes, children: map[childKey][]int{}}
	d.headBytes = fixedHeader + 4*p.pageTokens + 4
	d.slotBytes = int64((d.headBytes + p.pageBytes + align - 1) / align * align)
	d.limit = int((o.Limit - fileHeader) / d.slotBytes)
	if d.limit < 1 {
		return nil, fmt.Errorf("kv: a page file of at most %d bytes has no room for a page of %d: %w", o.Limit, p.pageBytes, ErrDiskFull)
	}
	d.buf = make([]byte, d.headBytes)
	if err := os.MkdirAll(o.Dir, 0o700); err != nil {
		return nil, fmt.Errorf("kv: %w", err)
	}
	if d.f, err = os.OpenFile(d.path, os.O_RDWR|os.O_CREATE, 0o600); err != nil {
		return nil, fmt.Errorf("kv: %w", err)
	}
	defer func() {
		if err != nil {
			err = fmt.Errorf("kv: %s: %w", d.path, err)
			_ = d.f.Close()
		}
	}()
	if err := lockFile(d.f); err != nil {
		return nil, err
	}
	want := fileHead(p, o.Model)
	got := make([]byte, fileHeader)
	n, err := d.f.ReadAt(got, 0)
	switch {
	case n == 0 && errors.Is(err, io.EOF):
		if _, err := d.f.WriteAt(want, 0); err != nil {
			return nil, err
		}
		return d, nil
	case err != nil && !errors.Is(err, io.EOF):
		return nil, err
	case n < fileHeader || string(got) != string(want):
		return nil, ErrForeign
	}
	return d, d.scan()
}

// fileHead returns the first block of a page file.
func fileHead(p *Pool, model [32]byte) []byte {
	h := make([]byte, fileHeader)
	b := append(h[:0], fileMagic...)
	for _, v := range []int{DiskVersion, int(p.format), p.shape.Layers, p.shape.KVHeads, p.shape.HeadDim, p.pageTokens, p.pageBytes} {
		b = binary.LittleEndian.AppendUint64(b, uint64(v))
	}
	b = append(b, model[:]...)
	binary.LittleEndian.AppendUint32(b, crc32.Checksum(b, castagnoli))
	return h
}

// scan reads the slots' headers.
func (d *Disk) scan() error {
	info, err := d.f.Stat()
	if err != nil {
		return err
	}
	n := int(min((info.Size()-fileHeader+d.slotBytes-1)/d.slotBytes, int64(d.limit)))
	d.slots = make([]slot, max(n, 0))
	parents := make([]uint64, len(d.slots)) // serials
	for i := range d.slots {
		s, parent, _, err := d.head(i)
		if err != nil {
			continue
		}
		d.slots[i], parents[i] = s, parent
		d.serial = max(d.serial, s.serial)
	}
	// A page counts only if all pages before it do. Parents are older than children.
	sound := make([]int8, len(d.slots)) // 1 yes, −1 no
	for i := range d.slots {
		var chain []int
		at, ok := i, int8(0)
		for ok == 0 {
			s := &d.slots[at]
			switch {
			case sound[at] != 0:
				ok = sound[at]
			case !s.live:
				ok = -1
			case s.parent < 0:
				chain, ok = append(chain, at), 1
			case s.parent >= len(d.slots) || d.slots[s.parent].serial != parents[at] || parents[at] >= s.serial || len(d.slots[s.parent].tokens) != d.pageTokens || d.slots[s.parent].tenant != s.tenant:
				chain, ok = append(chain, at), -1
			default:
				chain = append(chain, at)
				at = s.parent
			}
		}
		for _, j := range chain {
			sound[j] = ok
		}
	}
	for i := range d.slots {
		if sound[i] < 0 || !d.slots[i].live {
			d.slots[i] = slot{}
			d.free = append(d.free, i)
			continue
		}
		d.link(i)
	}
	return nil
}

func (d *Disk) key(i int) childKey {
	s := &d.slots[i]
	return childKey{s.parent, s.tenant, s.tokens[0]}
}

func (d *Disk) link(i int) {
	d.children[d.key(i)] = append(d.children[d.key(i)], i)
	if p := d.slots[i].parent; p >= 0 {
		d.slots[p].below++
	}
}

// head reads the header of slot i, and returns the serial of its parent and the
// checksum of its page.
func (d *Disk) head(i int) (s slot, parent uint64, sum uint32, err error) {
	b := d.buf
	if _, err := d.f.ReadAt(b, fileHeader+int64(i)*d.slotBytes); err != nil {
		return s, 0, 0, fmt.Errorf("%w: %w", ErrCorrupt, err)
	}
	end := len(b) - 4
	le := binary.LittleEndian
	n := int(le.Uint32(b[24:]))
	if le.Uint32(b) != slotMagic || le.Uint32(b[end:]) != crc32.Checksum(b[:end], castagnoli) || n < 1 || n > d.pageTokens {
		return s, 0, 0, ErrCorrupt
	}
	s = slot{live: true, serial: le.Uint64(b[8:]), parent: int(int32(le.Uint32(b[4:]))), tokens: make([]int32, n)}
	parent, sum = le.Uint64(b[16:]), le.Uint32(b[28:])
	copy(s.tenant[:], b[32:])
	s.used = s.serial
	for j := range s.tokens {
		s.tokens[j] = int32(le.Uint32(b[fixedHeader+4*j:]))
	}
	return s, parent, sum, nil
}

func tenantKey(tenant string) [32]byte { return sha256.Sum256([]byte(tenant)) }

// find returns the slot below node x that shares most tokens with ids, if that is more
// than n, and how many; −1 if there is none.
func (d *Disk) find(x *node, ids []int32, n int) (int, int) {
	parent := -1
	if x.parent != nil {
		parent = x.slot
	}
	found := -1
	for _, i := range d.children[childKey{parent, tenantKey(x.tenant), ids[0]}] {
		if m := common(d.slots[i].tokens, ids); m > n {
			found, n = i, m
		}
	}
	return found, n
}

// has says that the page of x is on disk.
func (d *Disk) has(x *node) bool {
	return x.slot >= 0 && x.slot < len(d.slots) && d.slots[x.slot].live && d.slots[x.slot].serial == x.serial
}

func (d *Disk) touch(i int) {
	d.clock++
	d.slots[i].used = d.serial + d.clock
}

// get reads the page of slot i and checks it.
func (d *Disk) get(i int, page []byte) ([]int32, error) {
	s, _, sum, err := d.head(i)
	if err == nil && s.serial != d.slots[i].serial {
		err = fmt.Errorf("%w: another page was written over it", ErrCorrupt)
	}
	if err == nil {
		if _, e := d.f.ReadAt(page, fileHeader+int64(i)*d.slotBytes+int64(d.headBytes)); e != nil {
			err = fmt.Errorf("%w: %w", ErrCorrupt, e)
		} else if crc32.Checksum(page, castagnoli) != sum {
			err = fmt.Errorf("%w: its checksum does not match", ErrCorrupt)
		}
	}
	if err != nil {
		return nil, fmt.Errorf("kv: %s: slot %d: %w", d.path, i, err)
	}
	d.touch(i)
	return s.tokens, nil
}
