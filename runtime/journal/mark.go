package journal

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"hash/crc32"
	"path/filepath"
	"strconv"
)

// mark is the last record of a run that was acknowledged, in a file of its own: a
// chain of hashes shows what is wrong between its ends, and not that its end is
// missing. The mark is written after the record is on disk and is not synced, so it
// may be behind after a power failure; it is never ahead. The same file carries the
// lock of the run's lease.
type mark struct {
	seq  int
	hash string
}

// markFormat keeps a mark within one sector, so that it is written whole. A sum follows,
// which older marks lack: a mark that was damaged says nothing, as if there were none.
const (
	markFormat = "%020d %64s\n"
	markSize   = 86
	sumSize    = 9
)

func appendSum(b, text []byte) []byte {
	b = hex.AppendEncode(b, binary.BigEndian.AppendUint32(nil, crc32.ChecksumIEEE(text)))
	return append(b, '\n')
}

func (d *Dir) markFile(run string) string { return filepath.Join(d.path, run+".lease") }

// setMark is best effort: without it the journal is right, only less is noticed.
func (d *Dir) setMark(run string, r Record) {
	f, err := d.fs.Open(d.markFile(run), true)
	if err != nil {
		return
	}
	defer f.Close()
	b := fmt.Appendf(nil, markFormat, r.Seq, r.Hash)
	_, _ = f.WriteAt(appendSum(b, b), 0)
}

// mark returns the zero mark if there is none.
func (d *Dir) mark(run string) mark { return d.readMark(run, new(checking)) }

// readMark is mark, read in the memory of work.
func (d *Dir) readMark(run string, work *checking) (m mark) {
	b, err := d.readWhole(d.markFile(run), work.mark, markSize+sumSize)
	if err != nil || len(b) < markSize {
		return m
	}
	work.mark = b
	if len(b) > markSize && string(b[markSize:]) != string(appendSum(nil, b[:markSize])) {
		return m
	}
	// One without a sum may be the beginning of one, and the rest of it what a power failure left.
	seq, hash, ok := bytes.Cut(b[:markSize], []byte{' '})
	hash, ended := bytes.CutSuffix(hash, []byte{'\n'})
	if m.seq, err = strconv.Atoi(string(seq)); !ok || !ended || err != nil || m.seq < 1 || len(hash) != 64 || !hexadecimal(hash) {
		return mark{}
	}
	m.hash = string(hash)
	return m
}

// check says that the acknowledged record is missing or another one.
func (m mark) check(run string, records []Record) error {
	switch {
	case m.seq > len(records):
		return &CorruptError{Run: run, Seq: len(records) + 1, Reason: fmt.Sprintf("the journal ends before it, and record %d had been acknowledged", m.seq)}
	case m.seq > 0 && records[m.seq-1].Hash != m.hash:
		return &CorruptError{Run: run, Seq: m.seq, Reason: "it is not the record that was acknowledged"}
	}
	return nil
}
