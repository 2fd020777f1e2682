package tokenizer

import "unicode/utf8"

// Decoder turns a stream of tokens into text: what Push returns is always whole UTF-8
// characters, bytes that can't become one are replaced by U+FFFD. The zero value is
// not usable: see [Tokenizer.NewDecoder].
type Decoder struct {
	t       *Tokenizer
	pending []byte // the start of a character, at most three bytes, between calls
}

// NewDecoder starts a stream.
func (t *Tokenizer) NewDecoder() *Decoder { return &Decoder{t: t} }

// Push adds a token and returns the text that is complete now. A special token ends
// what is pending and adds no text of its own.
func (d *Decoder) Push(id int32) string {
	if d.t.IsSpecial(id) {
		return d.Flush()
	}
	return d.PushBytes(d.t.Bytes(id))
}

// PushBytes adds bytes and returns the text that is complete now.
func (d *Decoder) PushBytes(b []byte) string {
	d.pending = append(d.pending, b...)
	end := len(d.pending)
	for back := 1; back <= min(utf8.UTFMax-1, len(d.pending)); back++ {
		if c := d.pending[len(d.pending)-back]; utf8.RuneStart(c) {
			if c >= utf8.RuneSelf && !utf8.FullRune(d.pending[len(d.pending)-back:]) {
				end = len(d.pending) - back
			}
			break
		}
	}
	out := valid(d.pending[:end])
	d.pending = append(d.pending[:0], d.pending[end:]...)
	return out
}

// Flush returns what is pending: a replacement character if a character was cut off.
func (d *Decoder) Flush() string {
	out := valid(d.pending)
	d.pending = d.pending[:0]
	return out
}

// valid returns b as a string in which every invalid byte is U+FFFD.
func valid(b []byte) string {
	if utf8.Valid(b) {
		return string(b)
	}
	var out []byte
	for len(b) > 0 {
		r, n := utf8.DecodeRune(b)
		out = utf8.AppendRune(out, r)
		b = b[n:]
	}
	return string(out)
}
