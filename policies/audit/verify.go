package audit

import (
	"bufio"
	"bytes"
	"crypto/ed25519"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
)

// ErrBad is matched by every fault that Verify finds.
var ErrBad = errors.New("the audit log does not verify")

// BadEntry names the first entry that is wrong.
type BadEntry struct {
	Line    int    // of the file, from 1
	Seq     uint64 // that the entry should have
	Problem string
}

func (e *BadEntry) Error() string {
	return fmt.Sprintf("line %d: entry %d %s", e.Line, e.Seq, e.Problem)
}

// Is reports that the error is an [ErrBad].
func (e *BadEntry) Is(target error) bool { return target == ErrBad }

// Report is what a good log holds.
type Report struct {
	Entries     uint64 `json:"entries"`
	Checkpoints int    `json:"checkpoints"`
	Signed      uint64 `json:"signed"` // entries before the last checkpoint
	Last        string `json:"last"`   // hash of the last entry
}

// maxLine bounds one entry.
const maxLine = 16 << 20

// readLine is ReadBytes up to a line end, in bounded memory.
func readLine(in *bufio.Reader) ([]byte, error) {
	var out []byte
	for {
		part, err := in.ReadSlice('\n')
		if out = append(out, part...); len(out) > maxLine {
			return out, fmt.Errorf("%w: a line of more than %d bytes", ErrBad, maxLine)
		}
		if err != bufio.ErrBufferFull {
			return out, err
		}
	}
}

// Verify reads a log from its beginning. With a key, every checkpoint must be
// signed by it, and there must be one. The first bad, missing or reordered entry
// is named by a *BadEntry.
func Verify(r io.Reader, key ed25519.PublicKey) (Report, error) {
	var rep Report
	in := bufio.NewReader(r)
	for line := 1; ; line++ {
		raw, err := readLine(in)
		if err == io.EOF && len(raw) == 0 {
			break
		}
		want := rep.Entries + 1
		bad := func(format string, args ...any) (Report, error) {
			return rep, &BadEntry{line, want, fmt.Sprintf(format, args...)}
		}
		if err == io.EOF {
			return bad("is cut off")
		}
		if err != nil {
			return rep, err
		}
		var e Entry
		dec := json.NewDecoder(bytes.NewReader(raw))
		dec.DisallowUnknownFields()
		if err := dec.Decode(&e); err != nil {
			return bad("is not an entry: %v", err)
		}
		switch {
		case e.Seq > want:
			return bad("is missing: the line holds entry %d", e.Seq)
		case e.Seq < want:
			return bad("is out of order: the line holds entry %d", e.Seq)
		case e.Hash != e.digest():
			return bad("was altered: its hash is wrong")
		case e.Prev != rep.Last:
			return bad("does not follow the entry before it")
		}
		if again, _ := json.Marshal(e); !bytes.Equal(append(again, '\n'), raw) {
			return bad("was altered: it is not written as it was")
		}
		if e.Kind == "checkpoint" {
			public, err := hex.DecodeString(e.Key)
			if err != nil || len(public) != ed25519.PublicKeySize || key != nil && !bytes.Equal(public, key) {
				return bad("is signed by another key")
			}
			sig, err := hex.DecodeString(e.Signature)
			if err != nil || !ed25519.Verify(public, signed(e.Seq, e.Prev), sig) {
				return bad("has a bad signature")
			}
			rep.Checkpoints++
			rep.Signed = rep.Entries
		}
		rep.Entries, rep.Last = e.Seq, e.Hash
	}
	if key != nil && rep.Entries > 0 && rep.Checkpoints == 0 {
		return rep, &BadEntry{1, 1, "is covered by no checkpoint"}
	}
	return rep, nil
}
