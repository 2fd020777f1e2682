package read

import (
	"bytes"
	"compress/zlib"
	"errors"
	"fmt"
	"io"
	"math"
	"regexp"
	"strings"

	"github.com/ledongthuc/pdf"
)

// Bounds of a PDF file. The library builds what it reads in memory and has no limits of its
// own, so the streams are measured before and its reads are counted.
const (
	maxStream = 32 << 20  // bytes that one stream may unpack to
	maxStorm  = 256 << 20 // and all together
	maxPages  = 20_000
	maxKids   = 64      // levels of the tree of pages
	maxDict   = 8 << 10 // bytes before a stream that are looked at for its dictionary
)

// portable reads the text of a PDF page by page, in the order in which it is drawn.
func portable(in *input) error {
	if err := unpacked(in); err != nil {
		return err
	}
	m := &meter{in: in}
	m.allow(10, 4<<20)
	r, err := pdf.NewReader(m, int64(len(in.data)))
	if err != nil {
		return fmt.Errorf("PDF: %w", err)
	}
	p := pages{in: in, titles: map[string]int{}}
	m.allow(10, 4<<20)
	p.outline(r)
	m.allow(100, 16<<20)
	return p.walk(r.Trailer().Key("Root").Key("Pages"), 0)
}

// meter lets the library read, until it has read far more than a file has: then it goes
// round in circles.
type meter struct {
	in   *input
	left int64
}

// allow lets it read so many times the file, and so many bytes more.
func (m *meter) allow(times, more int64) { m.left = times*int64(len(m.in.data)) + more }

// ReadAt implements io.ReaderAt. It panics to end a loop of the library's.
func (m *meter) ReadAt(p []byte, off int64) (int, error) {
	if err := m.in.late(); err != nil {
		panic(err)
	}
	if m.left -= int64(len(p)); m.left < 0 {
		panic("it refers to itself")
	}
	if off < 0 || off >= int64(len(m.in.data)) {
		return 0, io.EOF
	}
	n := copy(p, m.in.data[off:])
	if n < len(p) {
		return n, io.EOF
	}
	return n, nil
}

var (
	streamStart = regexp.MustCompile(`stream\r?\n`)
	odd         = regexp.MustCompile(`/Filter\s*\d+\s+\d+\s+R|/[A-Za-z0-9]*#[0-9A-Fa-f]{2}[A-Za-z0-9#]*\s*[/\[<(]|/Filter\s*\[[^\]]*(?:FlateDecode|LZWDecode)[^\]]*(?:FlateDecode|LZWDecode)`)
	encrypted   = regexp.MustCompile(`/Encrypt\b`)
)

// unpacked measures the streams of a file without keeping them. Stream objects stand in the
// file itself, never within another stream, so all of them are seen.
func unpacked(in *input) error {
	for _, m := range odd.FindAll(in.data, 64) {
		if name := plainName(m); strings.HasPrefix(name, "/Filter") || strings.Contains(name, "Decode") || name == "/First" {
			return fmt.Errorf("PDF: %.60q: filters that are named in a roundabout way are not read", m)
		}
	}
	if encrypted.Match(in.data) {
		return errors.New("PDF: it is encrypted")
	}
	total := int64(0)
	for _, at := range streamStart.FindAllIndex(in.data, -1) {
		if err := in.late(); err != nil {
			return fmt.Errorf("PDF: %w", err)
		}
		if bytes.HasSuffix(in.data[:at[0]], []byte("end")) {
			continue // it is the end of one
		}
		// Objects within a stream are read by the library before anybody can look at them.
		dict := in.data[max(0, at[0]-maxDict):at[0]]
		dict = dict[bytes.LastIndex(dict, []byte("obj"))+1:]
		var h hexes
		z, err := zlib.NewReader(bytes.NewReader(in.data[at[1]:]))
		if err != nil { // another filter, or none
			if bytes.Contains(dict, []byte("/First")) {
				return errors.New("PDF: objects in a stream that is not deflated are not read")
			}
			continue
		}
		n, _ := io.Copy(&h, io.LimitReader(z, maxStream+1))
		if bytes.Contains(dict, []byte("/First")) && (h.open || bytes.Contains(dict, []byte("/DecodeParms"))) {
			return errOpen
		}
		if total += n; n > maxStream || total > maxStorm {
			return fmt.Errorf("PDF: a stream unpacks to more than %d bytes, or all to more than %d", maxStream, maxStorm)
		}
	}
	return nil
}

// plainName is a name without its escapes, which stand for any byte.
func plainName(m []byte) string {
	var b strings.Builder
	for i := 0; i < len(m); i++ {
		if m[i] == '#' && i+2 < len(m) {
			var c byte
			if _, err := fmt.Sscanf(string(m[i+1:i+3]), "%02x", &c); err == nil {
				b.WriteByte(c)
				i += 2
				continue
			}
		}
		b.WriteByte(m[i])
	}
	return b.String()
}

// pages walks the tree of pages.
type pages struct {
	in     *input
	number int
	titles map[string]int // of the outline, with their levels
}

// outline keeps the titles of a document's outline: lines of the text that are one of
// them are headings. A document whose outline is broken has none.
func (p *pages) outline(r *pdf.Reader) {
	defer func() {
		if recover() != nil {
			clear(p.titles)
		}
	}()
	p.entry(r.Outline(), 0)
}

func (p *pages) entry(o pdf.Outline, level int) {
	if t := strings.Join(strings.Fields(o.Title), " "); t != "" && level > 0 && len(p.titles) < 10_000 {
		p.titles[strings.ToLower(t)] = level
	}
	for _, c := range o.Child {
		if level < 16 {
			p.entry(c, level+1)
		}
	}
}

func (p *pages) walk(v pdf.Value, depth int) error {
	if depth > maxKids {
		return errors.New("PDF: the tree of pages is too deep")
	}
	kids := v.Key("Kids")
	if kids.Kind() != pdf.Array {
		if p.number++; p.number > maxPages {
			return fmt.Errorf("PDF: more than %d pages", maxPages)
		}
		return p.page(pdf.Page{V: v})
	}
	for i := range kids.Len() {
		if err := p.walk(kids.Index(i), depth+1); err != nil {
			return err
		}
	}
	return nil
}

// page gives the text of one page.
func (p *pages) page(page pdf.Page) error {
	if page.V.Key("Contents").Kind() == pdf.Null {
		return nil
	}
	if unclosed(page.V.Key("Contents")) {
		return errOpen
	}
	w := writer{in: p.in, fonts: map[string]pdf.TextEncoding{}, page: page}
	pdf.Interpret(page.V.Key("Contents"), w.op)
	return p.give(w.text.String())
}

// give parts the text of a page into headings, which the outline names, and paragraphs.
func (p *pages) give(text string) error {
	var rest strings.Builder
	for line := range strings.Lines(whole(text)) {
		clean := strings.Join(strings.Fields(line), " ")
		if level, ok := p.titles[strings.ToLower(clean)]; ok && clean != "" {
			if err := paragraphs(p.in, rest.String(), p.number); err != nil {
				return err
			}
			rest.Reset()
			if err := p.in.emit(Block{Level: level, Page: p.number, Text: clean}); err != nil {
				return err
			}
			continue
		}
		rest.WriteString(line)
	}
	return paragraphs(p.in, rest.String(), p.number)
}

var (
	divided = regexp.MustCompile(`(\p{L}+)[-\x{2010}\x{AD}] ?\n(\p{Ll}\pM*\p{L}*)`)
	joined  = regexp.MustCompile(`\p{L}+-\p{Ll}\pM*\p{L}*`)
)

// whole joins the words that a line's end divides. A word that has its hyphen elsewhere in
// the text keeps it.
func whole(text string) string {
	if !divided.MatchString(text) {
		return text
	}
	hyphens := map[string]bool{}
	for _, word := range joined.FindAllString(text, -1) {
		hyphens[word] = true
	}
	return divided.ReplaceAllStringFunc(text, func(s string) string {
		m := divided.FindStringSubmatch(s)
		if with := m[1] + "-" + m[2]; hyphens[with] {
			return with
		}
		return m[1] + m[2]
	})
}

// writer follows the operators that place and show text (ISO 32000-1, §9.4).
type writer struct {
	in     *input
	page   pdf.Page
	fonts  map[string]pdf.TextEncoding
	enc    pdf.TextEncoding
	text   strings.Builder
	size   float64
	lead   float64
	y      float64 // of the line, in text space
	render int64   // 3 shows nothing
	ops    int
}

func (w *writer) op(stk *pdf.Stack, op string) {
	if w.ops++; w.ops%256 == 0 && w.in.late() != nil {
		panic(w.in.late())
	}
	args := make([]pdf.Value, stk.Len())
	for i := len(args) - 1; i >= 0; i-- {
		args[i] = stk.Pop()
	}
	num := func(i int) float64 {
		if i < len(args) {
			return args[i].Float64()
		}
		return 0
	}
	switch op {
	case "BT":
		w.y = math.NaN()
		w.line(0)
	case "Tf":
		if len(args) == 2 {
			w.size = num(1)
			w.enc = w.font(args[0].Name())
		}
	case "TL":
		w.lead = num(0)
	case "Tr":
		if len(args) == 1 {
			w.render = args[0].Int64()
		}
	case "Td", "TD":
		if op == "TD" {
			w.lead = -num(1)
		}
		if num(1) != 0 {
			w.line(math.Abs(num(1)))
		} else if num(0) != 0 {
			w.blank()
		}
	case "Tm":
		if y := num(5); y != w.y {
			if !math.IsNaN(w.y) {
				w.line(math.Abs(w.y - y))
			}
			w.y = y
		} else {
			w.blank()
		}
	case "T*":
		w.line(w.lead)
	case "'", "\"":
		w.line(w.lead)
		if len(args) > 0 {
			w.show(args[len(args)-1].RawString())
		}
	case "Tj":
		if len(args) == 1 {
			w.show(args[0].RawString())
		}
	case "TJ":
		if len(args) != 1 {
			return
		}
		for i := range args[0].Len() {
			switch v := args[0].Index(i); v.Kind() {
			case pdf.String:
				w.show(v.RawString())
			case pdf.Integer, pdf.Real: // in thousandths of an em; about a fifth is a blank
				if v.Float64() < -180 {
					w.blank()
				}
			}
		}
	}
}

// font returns the encoding of a page's font.
func (w *writer) font(name string) pdf.TextEncoding {
	enc, ok := w.fonts[name]
	if !ok {
		f := w.page.Font(name)
		if unclosed(f.V.Key("ToUnicode")) {
			panic(errOpen)
		}
		enc = f.Encoder()
		w.fonts[name] = enc
	}
	return enc
}

// line begins a line; a gap well beyond the size of the letters begins a paragraph.
func (w *writer) line(gap float64) {
	s := w.text.String()
	switch {
	case s == "" || strings.HasSuffix(s, "\n\n"):
	case strings.HasSuffix(s, "\n"):
		if w.size > 0 && gap > 1.8*w.size {
			w.text.WriteByte('\n')
		}
	case w.size > 0 && gap > 1.8*w.size:
		w.text.WriteString("\n\n")
	default:
		w.text.WriteByte('\n')
	}
}

func (w *writer) blank() {
	if s := w.text.String(); s != "" && s[len(s)-1] > ' ' {
		w.text.WriteByte(' ')
	}
}

func (w *writer) show(raw string) {
	if w.render == 3 || w.size != 0 && math.Abs(w.size) < 0.1 {
		return
	}
	if w.enc != nil {
		raw = w.enc.Decode(raw)
	}
	w.text.WriteString(raw)
	if int64(w.text.Len()) > w.in.limits.Text {
		panic("more text than is read")
	}
}
