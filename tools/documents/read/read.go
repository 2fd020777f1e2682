package read

import (
	"context"
	"errors"
	"fmt"
	"path"
	"strings"
	"time"
)

// Block is a heading, if Level is not 0, or a piece of text below the last one.
type Block struct {
	Level int // of a heading, from 1
	Page  int // from 1; 0 where there are no pages
	Text  string
	Lines bool // line breaks are part of the text, as in code and tables
}

// Limits bound what a file may unpack to. The zero value has the defaults.
type Limits struct {
	Bytes int64         // of a file; 0 is 64 MiB
	Text  int64         // that a file may give, in bytes; 0 is 64 MiB
	Time  time.Duration // that a file may take, without what is done with its blocks; 0 is 30 s
}

func (l Limits) withDefaults() Limits {
	if l.Bytes <= 0 {
		l.Bytes = 64 << 20
	}
	if l.Text <= 0 {
		l.Text = 64 << 20
	}
	if l.Time <= 0 {
		l.Time = 30 * time.Second
	}
	return l
}

// MaxBytes returns the largest file that is read.
func (l Limits) MaxBytes() int64 { return l.withDefaults().Bytes }

// maxBlock bounds the text of one block in bytes: longer ones are given in pieces.
const maxBlock = 64 << 10

// ErrFormat is matched by the error of a file whose name says no format that is read.
var ErrFormat = errors.New("not a format that is read")

// errStop ends a reader whose caller wants no more.
var errStop = errors.New("stop")

// format reads a file's bytes.
type format func(in *input) error

// input is a file and where its blocks go.
type input struct {
	ctx    context.Context
	data   []byte
	limits Limits
	text   int64
	give   func(Block) bool
}

// errSlow is the cause of a context whose file has had its time.
var errSlow = errors.New("reading took longer than it may")

// timed is give outside of the time that a file may take, and what ends ctx after it.
func timed(ctx context.Context, most time.Duration, give func(Block) bool) (_ context.Context, _ func(Block) bool, stop func()) {
	ctx, cancel := context.WithCancelCause(ctx)
	end := time.Now().Add(most)
	timer := time.AfterFunc(most, func() { cancel(errSlow) })
	return ctx, func(b Block) bool {
			timer.Stop()
			left := time.Until(end)
			ok := give(b)
			end = time.Now().Add(left)
			timer.Reset(left)
			return ok
		}, func() {
			timer.Stop()
			cancel(nil)
		}
}

// late is the error of a file that has had its time, or whose caller is gone; nil before.
func (in *input) late() error {
	if in.ctx.Err() == nil {
		return nil
	}
	return context.Cause(in.ctx)
}

// emit hands a block on, cleaned of what is not seen. A long one is cleaned in pieces,
// since that takes several times its size.
func (in *input) emit(b Block) error {
	for rest := b.Text; rest != ""; {
		if err := in.late(); err != nil {
			return err
		}
		var piece string
		piece, rest = cut(rest, maxBlock)
		if in.text += int64(len(piece)); in.text > in.limits.Text {
			return fmt.Errorf("more than %d bytes of text", in.limits.Text)
		}
		// In its normal form a character may be longer than it was.
		for more := visible(piece, b.Lines); more != ""; {
			b.Text, more = cut(more, maxBlock)
			if !in.give(b) {
				return errStop
			}
			b.Level = 0 // a heading of such a length is none
		}
	}
	return nil
}

// Known reports whether the name of a file says a format that is read.
func Known(name string) bool { return formatOf(name) != nil }

// Read gives the blocks of a file to give, in order, until it returns false. The name
// says the format. An error is one line without the name; blocks may have come before it.
func Read(ctx context.Context, name string, data []byte, limits Limits, give func(Block) bool) (err error) {
	limits = limits.withDefaults()
	f := formatOf(name)
	if f == nil {
		return fmt.Errorf("%s: %w", path.Ext(name), ErrFormat)
	}
	if int64(len(data)) > limits.Bytes {
		return fmt.Errorf("%d bytes, at most %d are read", len(data), limits.Bytes)
	}
	ctx, give, stop := timed(ctx, limits.Time, give)
	defer stop()
	defer func() {
		if r := recover(); r != nil { // of a library on bytes that it did not expect
			err = fmt.Errorf("malformed: %.200s", strings.Join(strings.Fields(fmt.Sprint(r)), " "))
		}
		if errors.Is(err, errStop) {
			err = nil
		}
	}()
	return f(&input{ctx: ctx, data: data, limits: limits, give: give})
}

// formatOf is the format that a name says, or nil.
func formatOf(name string) format {
	ext := strings.ToLower(path.Ext(name))
	switch ext {
	case ".md", ".markdown", ".mdx":
		return markdown
	case ".txt", ".text", ".rst", ".adoc", ".org", ".log":
		return plain
	case ".html", ".htm", ".xhtml":
		return page
	case ".pdf":
		return portable
	case ".docx":
		return word
	case ".csv":
		return func(in *input) error { return table(in, ',') }
	case ".tsv":
		return func(in *input) error { return table(in, '\t') }
	case ".jsonl", ".ndjson":
		return records
	}
	if sources[ext] || sources[path.Base(name)] {
		return source
	}
	return nil
}

// sources are the names of files of source code, by extension or whole.
var sources = map[string]bool{}

func init() {
	for name := range strings.FieldsSeq(".go .py .pyi .js .mjs .cjs .jsx .ts .tsx .java .kt .kts .scala .c .h .cc .cpp .cxx .hpp .cs .rs .rb .php .swift .m .lua .pl .r .jl .ex .exs .erl .hs .ml .clj .sh .bash .zsh .ps1 .sql .proto .graphql .yaml .yml .toml .ini .cfg .conf .json .xml .css .scss .tf .dart .zig .vue .svelte Dockerfile Makefile Rakefile Gemfile") {
		sources[name] = true
	}
}
