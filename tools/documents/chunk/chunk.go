package chunk

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/chaski-dev/chaski/tools/documents/read"
)

// Passage is a piece of a document.
type Passage struct {
	Number  int    // from 1
	Page    int    // on which it begins, from 1; 0 where there are no pages
	Last    int    // page on which it ends, if that is another one; 0 else
	Heading string // the headings above it, outermost first, with " > " between them
	Text    string
}

// Options say how long passages are. The zero value has the defaults.
type Options struct {
	Size    int // characters of a passage; 0 is 1,000
	Overlap int // characters repeated where a section is cut; 0 is an eighth of Size, −1 none
}

// Defaults of Options.
const defaultSize = 1000

func (o Options) withDefaults() Options {
	if o.Size <= 0 {
		o.Size = defaultSize
	}
	if o.Overlap == 0 {
		o.Overlap = o.Size / 8
	}
	o.Overlap = min(max(o.Overlap, 0), o.Size/2)
	return o
}

// Cutter takes blocks and gives passages.
type Cutter struct {
	opt  Options
	give func(Passage) bool

	number   int
	headings []heading
	page     int // on which the passage that is being written begins
	last     int // and on which it ends, so far
	text     strings.Builder
	size     int  // characters in text
	fresh    bool // text holds more than what is repeated
	stopped  bool
}

type heading struct {
	level int
	text  string
}

// maxHeading bounds the headings of a passage, in characters.
const maxHeading = 200

// New returns a cutter that hands passages to give until it returns false.
func New(opt Options, give func(Passage) bool) *Cutter {
	return &Cutter{opt: opt.withDefaults(), give: give}
}

// Add takes the next block. It returns false once no more is wanted.
func (c *Cutter) Add(b read.Block) bool {
	switch {
	case c.stopped:
		return false
	case b.Level > 0:
		c.flush(false)
		c.page, c.last = b.Page, b.Page // where it turns out to be all there is
		for len(c.headings) > 0 && c.headings[len(c.headings)-1].level >= b.Level {
			c.headings = c.headings[:len(c.headings)-1]
		}
		c.headings = append(c.headings, heading{b.Level, strings.Clone(b.Text)}) // not the page around it
	default:
		c.block(b)
	}
	return !c.stopped
}

// End gives what is left.
func (c *Cutter) End() {
	c.flush(false)
	if c.number == 0 && len(c.headings) > 0 { // a document of headings alone
		h := c.headings[len(c.headings)-1].text
		c.text.WriteString(h)
		c.fresh = true
		c.flush(false)
	}
}

// block adds a block, in pieces where it is longer than a passage.
func (c *Cutter) block(b read.Block) {
	n := utf8.RuneCountInString(b.Text)
	if c.fresh && c.size+1+n > c.opt.Size {
		c.flush(true)
	}
	if n <= c.opt.Size-min(c.size, c.opt.Overlap) || !c.fresh && n <= c.opt.Size {
		c.add(b.Text, "\n", b.Page)
		return
	}
	gap := "\n"
	for _, s := range sentences(b.Text, b.Lines, c.opt.Size) {
		n := utf8.RuneCountInString(s)
		if c.fresh && c.size+1+n > c.opt.Size {
			c.flush(true)
		}
		if c.stopped {
			return
		}
		if !c.fresh && c.size+1+n > c.opt.Size { // no room for what is repeated
			c.text.Reset()
			c.size = 0
		}
		c.add(s, gap, b.Page)
		if gap = " "; b.Lines {
			gap = "\n"
		}
	}
}

func (c *Cutter) add(s, gap string, page int) {
	if c.text.Len() > 0 {
		c.text.WriteString(gap)
		c.size++
	} else {
		c.page = page
	}
	c.last = page
	c.text.WriteString(s)
	c.size += utf8.RuneCountInString(s)
	c.fresh = true
}

// flush gives the passage; with more of the section to come, its end is repeated.
func (c *Cutter) flush(more bool) {
	text := strings.TrimSpace(c.text.String())
	fresh := c.fresh
	c.text.Reset()
	c.size, c.fresh = 0, false
	if !fresh || text == "" || c.stopped {
		return
	}
	c.number++
	p := Passage{Number: c.number, Page: c.page, Heading: c.path(), Text: text}
	if c.last != c.page {
		p.Page, p.Last = max(p.Page, 1), c.last // Word marks no first page
	}
	c.stopped = !c.give(p)
	if more { // what is repeated stands on the page where it was read
		c.page = c.last
		c.text.WriteString(ending(text, c.opt.Overlap))
		c.size = utf8.RuneCountInString(c.text.String())
	}
}

// path is the headings above a passage.
func (c *Cutter) path() string {
	var parts []string
	for _, h := range c.headings {
		parts = append(parts, h.text)
	}
	s := strings.Join(parts, " > ")
	for utf8.RuneCountInString(s) > maxHeading && len(parts) > 1 { // the innermost say most
		parts = parts[1:]
		s = strings.Join(parts, " > ")
	}
	if utf8.RuneCountInString(s) > maxHeading {
		s = string([]rune(s)[:maxHeading])
	}
	return s
}

// ending is the last whole sentences of a text, of at most n characters together.
func ending(text string, n int) string {
	all := Sentences(text)
	from := len(all)
	for size := 0; from > 0; from-- {
		size += utf8.RuneCountInString(all[from-1]) + 1
		if size > n {
			break
		}
	}
	return strings.Join(all[from:], " ")
}

// sentences parts a text into sentences, or lines, of at most size characters each.
func sentences(text string, lines bool, size int) []string {
	parts := []string{}
	if lines {
		for line := range strings.SplitSeq(text, "\n") {
			parts = append(parts, strings.TrimRight(line, " \t"))
		}
	} else {
		parts = Sentences(text)
	}
	var out []string
	for _, s := range parts {
		for utf8.RuneCountInString(s) > size {
			at := prefix(s, size)
			if blank := strings.LastIndexByte(s[:at], ' '); blank > at/2 {
				at = blank
			}
			out = append(out, s[:at])
			s = strings.TrimLeft(s[at:], " ")
		}
		if strings.TrimSpace(s) != "" {
			out = append(out, s)
		}
	}
	return out
}

// prefix is the length in bytes of the first n characters.
func prefix(s string, n int) int {
	for i := range s {
		if n == 0 {
			return i
		}
		n--
	}
	return len(s)
}

// short are words that end with a dot and no sentence.
var short = map[string]bool{}

func init() {
	for w := range strings.FieldsSeq("mr mrs ms dr prof st no nr nº vs e.g i.e cf approx fig p pp vol art z.b d.h bzw ca usw str abs sr sra av p.ej etc inc ltd co jan feb mar apr jun jul aug sep sept oct nov dec") {
		short[w] = true
	}
}

// Sentences parts a text after the marks that end sentences, and at line breaks.
func Sentences(text string) []string {
	var out []string
	from := 0
	end := func(to int) {
		if s := strings.TrimSpace(text[from:to]); s != "" {
			out = append(out, s)
		}
		from = to
	}
	for i, r := range text {
		after := i + utf8.RuneLen(r)
		switch r {
		case '\n':
			end(after)
		case '。', '।', '！', '？':
			end(after)
		case '.', '!', '?':
			rest := strings.TrimLeft(text[after:], `"'”’»)]`)
			if rest != "" && rest[0] != ' ' && rest[0] != '\n' {
				continue
			}
			if r == '.' && !ends(text[from:i], strings.TrimLeft(rest, " ")) {
				continue
			}
			end(after + len(text[after:]) - len(rest))
		}
	}
	end(len(text))
	return out
}

// ends reports whether a dot after before and ahead of after ends a sentence.
func ends(before, after string) bool {
	word := before
	if at := strings.LastIndexAny(before, " \n(["); at >= 0 {
		word = before[at+1:]
	}
	next, _ := utf8.DecodeRuneInString(after)
	if low := strings.ToLower(word); short[low] {
		return low == "no" && !unicode.IsDigit(next) // an answer, or a number
	}
	if r := []rune(word); len(r) == 1 && unicode.IsUpper(r[0]) { // an initial
		return false
	}
	return after == "" || !unicode.IsLower(next)
}
