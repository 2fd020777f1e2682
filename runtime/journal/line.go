package journal

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"hash"
	"strconv"
)

// split takes a record in the form in which it is written apart, without reading its event:
// the hash says that it is what was written. Anything else is not ok, and read as JSON.
func split(line []byte) (Record, bool) {
	var sums sums
	w, ok := sums.written(line)
	if !ok || !hexadecimal(w.prev) {
		return Record{}, false
	}
	return w.record(), true
}

// written is a record as it stands in its line, of whose bytes it is made.
type written struct {
	seq, epoch        int
	prev, event, hash []byte
}

func (w written) record() Record {
	return Record{Seq: w.seq, Prev: string(w.prev), Epoch: w.epoch, Event: json.RawMessage(w.event), Hash: string(w.hash)}
}

// sums computes hashes of records one after another in the same memory: a list of runs reads
// hundreds of thousands.
type sums struct {
	hash hash.Hash
	text []byte
}

// written is split without a copy, and without a look at what prev is made of: whoever follows a
// chain compares it with a hash.
func (s *sums) written(line []byte) (w written, ok bool) {
	line = bytes.TrimSuffix(line, []byte{'\n'})
	const end = len(`,"hash":"`) + 64 + len(`"}`)
	if len(line) < end {
		return w, false
	}
	head, tail := line[:len(line)-end], line[len(line)-end:]
	tail, ok1 := bytes.CutPrefix(tail, []byte(`,"hash":"`))
	tail, ok2 := bytes.CutSuffix(tail, []byte(`"}`))
	head, event, ok3 := bytes.Cut(head, []byte(`,"event":`))
	head, ok4 := bytes.CutPrefix(head, []byte(`{"seq":`))
	seq, head, ok5 := bytes.Cut(head, []byte(`,"prev":"`))
	prev, epoch, ok6 := bytes.Cut(head, []byte(`","epoch":`))
	if !ok1 || !ok2 || !ok3 || !ok4 || !ok5 || !ok6 || len(event) == 0 {
		return w, false
	}
	w = written{prev: prev, event: event, hash: tail}
	w.seq, ok1 = number(seq)
	w.epoch, ok2 = number(epoch)
	return w, ok1 && ok2 && s.fits(w)
}

// fits says whether a record's hash is that of its fields.
func (s *sums) fits(w written) bool {
	if s.hash == nil {
		s.hash = sha256.New()
	}
	s.hash.Reset()
	s.text = appendHead(s.text[:0], w.seq, w.prev, w.epoch)
	s.hash.Write(s.text)
	s.hash.Write(w.event)
	s.text = s.hash.Sum(s.text[:0])
	s.text = hex.AppendEncode(s.text, s.text)
	return bytes.Equal(s.text[sha256.Size:], w.hash)
}

// appendHead writes what is hashed of a record before its event.
func appendHead[T []byte | string](b []byte, seq int, prev T, epoch int) []byte {
	b = append(strconv.AppendInt(b, int64(seq), 10), '\n')
	b = append(append(b, prev...), '\n')
	return append(strconv.AppendInt(b, int64(epoch), 10), '\n')
}

func hexadecimal(text []byte) bool {
	for _, c := range text {
		if (c < '0' || c > '9') && (c < 'a' || c > 'f') {
			return false
		}
	}
	return true
}

// number reads a number that is written as JSON is.
func number(text []byte) (n int, ok bool) {
	n, err := strconv.Atoi(string(text))
	var room [20]byte
	return n, err == nil && string(strconv.AppendInt(room[:0], int64(n), 10)) == string(text)
}
