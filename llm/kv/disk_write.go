package kv

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"slices"
)

// put writes a page below that of parent and returns its slot. If the limit is reached,
// the page used longest ago that has none below it makes room.
func (d *Disk) put(parent *node, tenant string, tokens []int32, page []byte) (int, error) {
	at, parentSerial := -1, uint64(0)
	if parent.parent != nil {
		at, parentSerial = parent.slot, parent.serial
	}
	tk := tenantKey(tenant)
	for _, i := range d.children[childKey{at, tk, tokens[0]}] {
		if slices.Equal(d.slots[i].tokens, tokens) {
			d.touch(i)
			return i, nil
		}
	}
	i, err := d.room(at)
	if err != nil {
		return -1, err
	}
	d.serial++
	s := slot{live: true, serial: d.serial, parent: at, tenant: tk, tokens: slices.Clone(tokens), used: d.serial + d.clock}
	b, le := d.buf, binary.LittleEndian
	clear(b)
	le.PutUint32(b, slotMagic)
	le.PutUint32(b[4:], uint32(int32(at)))
	le.PutUint64(b[8:], s.serial)
	le.PutUint64(b[16:], parentSerial)
	le.PutUint32(b[24:], uint32(len(tokens)))
	le.PutUint32(b[28:], crc32.Checksum(page, castagnoli))
	copy(b[32:], tk[:])
	for j, t := range tokens {
		le.PutUint32(b[fixedHeader+4*j:], uint32(t))
	}
	end := len(b) - 4
	le.PutUint32(b[end:], crc32.Checksum(b[:end], castagnoli))
	// The page first: a header always describes a page that was written.
	start := fileHeader + int64(i)*d.slotBytes
	if _, err := d.f.WriteAt(page, start+int64(d.headBytes)); err != nil {
		d.free = append(d.free, i)
		return -1, fmt.Errorf("kv: writing a page: %w", err)
	}
	if _, err := d.f.WriteAt(b, start); err != nil {
		d.free = append(d.free, i)
		return -1, fmt.Errorf("kv: writing a page: %w", err)
	}
	d.slots[i] = s
	d.link(i)
	return i, nil
}

// room returns a slot to write to.
func (d *Disk) room(parent int) (int, error) {
	if n := len(d.free); n > 0 {
		i := d.free[n-1]
		d.free = d.free[:n-1]
		return i, nil
	}
	if len(d.slots) < d.limit {
		d.slots = append(d.slots, slot{})
		return len(d.slots) - 1, nil
	}
	oldest := -1
	for i := range d.slots {
		if s := &d.slots[i]; s.live && s.below == 0 && i != parent && (oldest < 0 || s.used < d.slots[oldest].used) {
			oldest = i
		}
	}
	if oldest < 0 {
		return -1, fmt.Errorf("kv: %s: %w of %d pages", d.path, ErrDiskFull, d.limit)
	}
	d.drop(oldest)
	i := d.free[len(d.free)-1]
	d.free = d.free[:len(d.free)-1]
	return i, nil
}

// drop forgets a slot and all that stand on it.
func (d *Disk) drop(i int) {
	if !d.slots[i].live {
		return
	}
	if d.slots[i].below > 0 {
		for j := range d.slots {
			if d.slots[j].live && d.slots[j].parent == i {
				d.drop(j)
			}
		}
	}
	key := d.key(i)
	list := slices.DeleteFunc(d.children[key], func(j int) bool { return j == i })
	if len(list) == 0 {
		delete(d.children, key)
	} else {
		d.children[key] = list
	}
	if p := d.slots[i].parent; p >= 0 {
		d.slots[p].below--
	}
	d.slots[i] = slot{}
	d.free = append(d.free, i)
	// If this fails, the slot is written over later or read again at the next start.
	_, _ = d.f.WriteAt(make([]byte, 8), fileHeader+int64(i)*d.slotBytes)
}

// Pages returns the number of pages on disk.
func (d *Disk) Pages() int { return len(d.slots) - len(d.free) }

// Path returns the name of the page file.
func (d *Disk) Path() string { return d.path }

// Sync waits until what was written is on the disk.
func (d *Disk) Sync() error { return d.f.Sync() }

// Close ends the use of the file, which stays.
func (d *Disk) Close() error { return errors.Join(d.f.Sync(), d.f.Close()) }
