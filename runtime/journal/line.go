package journal

import (
	"bytes"
	"encoding/json"
	"strconv"
)

// split takes a record in the form in which it is written apart, without reading its event:
// the hash says that it is what was written. Anything else is not ok, and read as JSON.
func split(line []byte) (r Record, ok bool) {
	line = bytes.TrimSuffix(line, []byte{'\n'})
	const hash = len(`,"hash":"`) + 64 + len(`"}`)
	if len(line) < hash {
		return r, false
	}
	head, end := line[:len(line)-hash], line[len(line)-hash:]
	end, ok1 := bytes.CutPrefix(end, []byte(`,"hash":"`))
	end, ok2 := bytes.CutSuffix(end, []byte(`"}`))
	head, event, ok3 := bytes.Cut(head, []byte(`,"event":`))
	head, ok4 := bytes.CutPrefix(head, []byte(`{"seq":`))
	seq, head, ok5 := bytes.Cut(head, []byte(`,"prev":"`))
	prev, epoch, ok6 := bytes.Cut(head, []byte(`","epoch":`))
	if !ok1 || !ok2 || !ok3 || !ok4 || !ok5 || !ok6 || len(event) == 0 {
		return r, false
	}
	r = Record{Prev: string(prev), Event: json.RawMessage(event), Hash: string(end)}
	r.Seq, ok1 = number(seq)
	r.Epoch, ok2 = number(epoch)
	return r, ok1 && ok2 && len(bytes.Trim(prev, "0123456789abcdef")) == 0 && r.Hash == r.sum()
}

// number reads a number that is written as JSON is.
func number(text []byte) (n int, ok bool) {
	n, err := strconv.Atoi(string(text))
	return n, err == nil && strconv.Itoa(n) == string(text)
}
