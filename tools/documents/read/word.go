package read

import (
	"archive/zip"
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
)

// Bounds of a DOCX file.
const (
	maxParts = 10_000   // of the archive
	maxXML   = 64 << 20 // bytes that one part may unpack to
	maxDepth = 256      // of elements
	maxRun   = 4 << 20  // bytes of text, or of a tag, in one
)

// word reads a DOCX file: paragraphs, headings by their styles, tables by their cells.
// Deleted and vanished text is left out, and so are fields' instructions.
func word(in *input) error {
	z, err := zip.NewReader(bytes.NewReader(in.data), int64(len(in.data)))
	if err != nil {
		return fmt.Errorf("DOCX: %w", err)
	}
	if len(z.File) > maxParts {
		return fmt.Errorf("DOCX: %d parts, at most %d are read", len(z.File), maxParts)
	}
	levels := map[string]int{}
	if err := part(in, z, "word/styles.xml", func(dec *xml.Decoder) error { return styles(dec, levels) }); err != nil && !errors.Is(err, errNoPart) {
		return err
	}
	err = part(in, z, "word/document.xml", func(dec *xml.Decoder) error {
		d := wordDocument{in: in, levels: levels, page: 0}
		return d.read(dec)
	})
	if errors.Is(err, errNoPart) {
		return fmt.Errorf("DOCX: %w word/document.xml", err)
	}
	return err
}

var errNoPart = errors.New("it has no")

// part opens a part of the archive and hands its XML on, bounded.
func part(in *input, z *zip.Reader, name string, do func(*xml.Decoder) error) error {
	for _, f := range z.File {
		if f.Name != name {
			continue
		}
		r, err := f.Open()
		if err != nil {
			return fmt.Errorf("DOCX: %s: %w", name, err)
		}
		defer r.Close()
		lim := &io.LimitedReader{R: &watched{in: in, r: r}, N: maxXML + 1}
		dec := xml.NewDecoder(lim)
		dec.Strict = true
		err = do(dec)
		if lim.N <= 0 {
			return fmt.Errorf("DOCX: %s unpacks to more than %d bytes", name, maxXML)
		}
		if err != nil && !errors.Is(err, errStop) {
			return fmt.Errorf("DOCX: %s: %w", name, err)
		}
		return err
	}
	return errNoPart
}

// watched is a reader that ends with the input's time, and at text that the decoder would
// have to hold as one.
type watched struct {
	in  *input
	r   io.Reader
	run int // bytes since the last tag began
}

func (w *watched) Read(p []byte) (int, error) {
	if err := w.in.late(); err != nil {
		return 0, err
	}
	n, err := w.r.Read(p)
	for rest := p[:n]; ; {
		at := bytes.IndexByte(rest, '<')
		if at < 0 {
			w.run += len(rest)
			break
		}
		w.run, rest = 0, rest[at+1:]
	}
	if w.run > maxRun {
		return 0, fmt.Errorf("more than %d bytes of text without a tag", maxRun)
	}
	return n, err
}

func attr(e xml.StartElement, name string) (string, bool) {
	for _, a := range e.Attr {
		if a.Name.Local == name {
			return a.Value, true
		}
	}
	return "", false
}

// styles finds which paragraph styles are headings: by their outline level or by name.
func styles(dec *xml.Decoder, levels map[string]int) error {
	id, depth := "", 0
	for {
		t, err := dec.Token()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		switch t := t.(type) {
		case xml.EndElement:
			depth--
		case xml.StartElement:
			if depth++; depth > maxDepth {
				return errors.New("elements nested too deep")
			}
			v, _ := attr(t, "val")
			switch t.Name.Local {
			case "style":
				id, _ = attr(t, "styleId")
			case "name":
				low := strings.ToLower(v)
				if n, ok := strings.CutPrefix(low, "heading "); ok {
					if level, err := strconv.Atoi(n); err == nil && level >= 1 && level <= 9 {
						levels[id] = level
					}
				} else if low == "title" {
					levels[id] = 1
				}
			case "outlineLvl":
				if level, err := strconv.Atoi(v); err == nil && level >= 0 && level < 9 {
					levels[id] = level + 1
				}
			}
		}
	}
}

// wordDocument reads the body of a document.
type wordDocument struct {
	in     *input
	levels map[string]int
	page   int

	text    strings.Builder
	level   int
	list    bool
	vanish  bool
	cells   []string
	rows    strings.Builder
	tables  int
	inText  bool
	skipped int // depth within deleted text, fields' instructions and fallbacks
}

func (d *wordDocument) read(dec *xml.Decoder) error {
	depth := 0
	for {
		t, err := dec.Token()
		if errors.Is(err, io.EOF) {
			return d.paragraph()
		}
		if err != nil {
			return err
		}
		switch t := t.(type) {
		case xml.StartElement:
			if depth++; depth > maxDepth {
				return errors.New("elements nested too deep")
			}
			if d.skipped > 0 {
				d.skipped++
				continue
			}
			d.start(t)
		case xml.EndElement:
			depth--
			if d.skipped > 0 {
				d.skipped--
				continue
			}
			if err := d.end(t); err != nil {
				return err
			}
		case xml.CharData:
			if d.inText && d.skipped == 0 && !d.vanish {
				d.text.Write(t)
				if d.text.Len() > maxXML {
					return errors.New("a paragraph is too long")
				}
			}
		}
	}
}

func (d *wordDocument) start(e xml.StartElement) {
	v, given := attr(e, "val")
	on := !given || v != "0" && v != "false" && v != "off"
	switch e.Name.Local {
	case "del", "moveFrom", "instrText", "delText", "Fallback", "sdtPr", "txbxContent":
		d.skipped = 1
	case "p":
		d.level, d.list = 0, false
	case "pStyle":
		d.level = d.levels[v]
	case "outlineLvl":
		if n, err := strconv.Atoi(v); err == nil && n >= 0 && n < 9 {
			d.level = n + 1
		}
	case "numPr":
		d.list = true
	case "r":
		d.vanish = false
	case "vanish", "webHidden":
		d.vanish = d.vanish || on
	case "color":
		d.vanish = d.vanish || strings.EqualFold(v, "FFFFFF")
	case "sz":
		if n, err := strconv.Atoi(v); err == nil && n <= 2 { // half points
			d.vanish = true
		}
	case "t":
		d.inText = true
	case "tab":
		d.text.WriteByte('\t')
	case "br", "cr":
		if kind, _ := attr(e, "type"); kind == "page" {
			d.turn()
		} else {
			d.text.WriteByte('\n')
		}
	case "lastRenderedPageBreak":
		d.turn()
	case "tbl":
		d.tables++
	}
}

// turn begins a page. Where pages are marked at all, the first one is 1.
func (d *wordDocument) turn() { d.page = max(d.page, 1) + 1 }

func (d *wordDocument) end(e xml.EndElement) error {
	switch e.Name.Local {
	case "t":
		d.inText = false
	case "p":
		if d.tables > 0 {
			d.text.WriteByte(' ')
			return nil
		}
		return d.paragraph()
	case "tc":
		d.cells = append(d.cells, strings.Join(strings.Fields(d.text.String()), " "))
		d.text.Reset()
	case "tr":
		d.rows.WriteString(strings.Join(d.cells, "; ") + "\n")
		d.cells = nil
		if d.rows.Len() > maxBlock {
			return d.table()
		}
	case "tbl":
		if d.tables--; d.tables == 0 {
			return d.table()
		}
	}
	return nil
}

func (d *wordDocument) table() error {
	s := d.rows.String()
	d.rows.Reset()
	return d.in.emit(Block{Text: s, Page: d.page, Lines: true})
}

func (d *wordDocument) paragraph() error {
	s := d.text.String()
	d.text.Reset()
	b := Block{Level: d.level, Text: s, Page: d.page}
	if d.list && d.level == 0 {
		b.Text, b.Lines = "- "+strings.TrimSpace(s), true
		if strings.TrimSpace(s) == "" {
			return nil
		}
	}
	return d.in.emit(b)
}
