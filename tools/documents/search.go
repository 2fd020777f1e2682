package documents

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode"

	"github.com/chaski-dev/chaski/tools/documents/index"
)

// Labels of passages.
const (
	LabelTrusted   = "trusted"
	LabelUntrusted = "untrusted"
)

// Passage is a piece of a document.
type Passage struct {
	Source  string // the file, as it is cited
	Text    string
	Page    int    // on which it begins; 0 where there are no pages
	Last    int    // page on which it ends, if that is another one; 0 else
	Heading string // the headings above it
	Passage int    // its number within the file, from 1
	Of      int    // how many the file has
	Hash    string // of the text: 16 digits of its SHA-256
	Label   string // LabelTrusted or LabelUntrusted
}

func (l *Library) passage(p index.Passage) Passage {
	rec, _ := l.index.Record(p.File)
	return Passage{Source: p.File, Text: p.Text, Page: p.Page, Last: p.Last, Heading: p.Heading, Passage: p.Number, Of: rec.Passages, Hash: p.Hash, Label: l.label(p.Folders)}
}

func (l *Library) label(folders []string) string {
	if l.trusted(folders) {
		return LabelTrusted
	}
	return LabelUntrusted
}

// Search returns the passages that fit a query best, of those that the asker may read.
func (l *Library) Search(ctx context.Context, query string, a Asker) ([]Passage, error) {
	q := index.Query{Text: query, Limit: l.opt.Passages, Deny: l.denied(a), Vector: l.vector(ctx, query)}
	if l.opt.Reranker != nil {
		q.Limit = max(q.Limit, l.opt.RerankTop)
	}
	hits, err := l.index.Search(ctx, q)
	if err != nil && q.Vector != nil && ctx.Err() == nil {
		l.opt.Log.Warn().Err(err).Msg("documents: vectors could not be searched; words are")
		q.Vector = nil
		hits, err = l.index.Search(ctx, q)
	}
	if err != nil {
		return nil, fmt.Errorf("documents: %w", err)
	}
	out := []Passage{}
	for _, h := range hits {
		if l.mayRead(a, h.Folders) && l.there(h.File, h.Folders) { // the index may know more folders than the options
			out = append(out, l.passage(h.Passage))
		}
	}
	if l.opt.Reranker != nil {
		out = l.rerank(ctx, query, out)
	}
	return out[:min(len(out), l.opt.Passages)], nil
}

// askingWords begin a question in languages that write words apart; those of three letters
// and fewer that begin other sentences, too, are left out.
var askingWords = strings.Fields(`what whats what's when where who whom whose which why how is are was were does did do can could may must should will
was wann wo wer wen wem wie welche welcher welches warum wieviel quel quelle quels quelles quand qui comment combien pourquoi
quale quali quanto quanta quanti quante quando dove come perché cuál cuáles cuánto cuánta cuántos cuántas cuándo dónde quién cómo qué qual quais quem onde`)

// asks reports whether a text is a question: an order has words of its own for what is
// searched, and others.
func asks(text string) bool {
	first := strings.FieldsFunc(strings.ToLower(text), func(r rune) bool { return unicode.IsSpace(r) || r == ',' })
	return strings.ContainsAny(text, "?？") || len(first) > 0 && slices.Contains(askingWords, first[0])
}

// SearchAsked returns the passages that fit a query or the question behind it, the best of
// the question first, then that of the query, and so on; what is no question says nothing.
func (l *Library) SearchAsked(ctx context.Context, query, question string, a Asker) ([]Passage, error) {
	byQuery, err := l.Search(ctx, query, a)
	if err != nil || question == query || !asks(question) {
		return byQuery, err
	}
	byQuestion, err := l.Search(ctx, question, a)
	if err != nil {
		return nil, err
	}
	out := []Passage{}
	for i := range max(len(byQuestion), len(byQuery)) {
		for _, list := range [][]Passage{byQuestion, byQuery} {
			if i < len(list) && !slices.ContainsFunc(out, func(p Passage) bool { return p.Source == list[i].Source && p.Passage == list[i].Passage }) {
				out = append(out, list[i])
			}
		}
	}
	return out[:min(len(out), l.opt.Passages)], nil
}

// window is how many passages are opened before and after one.
const window = 2

// ErrNoDocument is matched by the error of opening what is not there for the asker.
var ErrNoDocument = errors.New("there is no document of that name")

// Around returns a passage of a file with those before and after it.
func (l *Library) Around(ctx context.Context, source string, number int, a Asker) ([]Passage, error) {
	source, rec, err := l.record(source, a)
	if err != nil {
		return nil, err
	}
	number = min(max(number, 1), rec.Passages)
	return l.passages(ctx, source, max(number-window, 1), min(number+window, rec.Passages))
}

// Whole returns the name of a file, as it is cited, and its text: its passages with a blank
// line between, so that what one repeats of another is there twice.
func (l *Library) Whole(ctx context.Context, source string, a Asker) (name, text string, err error) {
	name, rec, err := l.record(source, a)
	if err != nil {
		return name, "", err
	}
	all, err := l.passages(ctx, name, 1, rec.Passages)
	var b strings.Builder
	heading := ""
	for i, p := range all {
		if i > 0 {
			b.WriteString("\n\n")
		}
		if p.Heading != heading {
			heading = p.Heading
			b.WriteString(heading + "\n\n")
		}
		b.WriteString(p.Text)
	}
	return name, b.String(), err
}

// record is what is known of a document that the asker may read, by its name or a part of
// it; one without text is an error that says why.
func (l *Library) record(source string, a Asker) (string, index.Record, error) {
	rec, ok := l.index.Record(source)
	if !ok || !l.mayRead(a, rec.Folders) {
		asked := source
		if source, rec, ok = l.named(source, a); !ok {
			return source, rec, fmt.Errorf("documents: %w: %q", ErrNoDocument, asked)
		}
	}
	if !l.there(source, rec.Folders) {
		return source, rec, fmt.Errorf("documents: %w: %q", ErrNoDocument, source)
	}
	if rec.Passages == 0 {
		return source, rec, fmt.Errorf("documents: %s has no text: %s", source, rec.Error)
	}
	return source, rec, nil
}

// passages are some of a file's, from one number to another.
func (l *Library) passages(ctx context.Context, source string, from, to int) ([]Passage, error) {
	out := []Passage{}
	for n := from; n <= to && ctx.Err() == nil; n++ {
		p, err := l.index.Passage(source, n)
		if err != nil {
			return nil, fmt.Errorf("documents: %w", err)
		}
		out = append(out, l.passage(p))
	}
	return out, ctx.Err()
}

// named finds the one file whose name ends as a source says, which may be written in
// brackets, in other case, or without its folder.
func (l *Library) named(source string, a Asker) (string, index.Record, bool) {
	want := strings.ToLower(strings.Trim(strings.TrimSpace(source), "[]"))
	want, _, _ = strings.Cut(want, "#")
	var found index.Record
	count := 0
	for _, r := range l.index.Records() {
		low := strings.ToLower(r.File)
		if want != "" && (low == want || strings.HasSuffix(low, "/"+want)) && l.mayRead(a, r.Folders) {
			found = r
			count++
		}
	}
	return found.File, found, count == 1
}

// Document is a file of the library.
type Document struct {
	Source   string `json:"source"`
	Title    string `json:"title,omitempty"`
	Passages int    `json:"passages"`
	Error    string `json:"error,omitempty"` // why it was not read, or not to its end
	Label    string `json:"label"`
}

// List returns the documents that the asker may read, whose name or title holds a text.
func (l *Library) List(holds string, a Asker) []Document {
	holds = strings.ToLower(strings.TrimSpace(holds))
	out := []Document{}
	for _, r := range l.index.Records() {
		if l.mayRead(a, r.Folders) && (strings.Contains(strings.ToLower(r.File), holds) || strings.Contains(strings.ToLower(r.Title), holds)) {
			out = append(out, Document{r.File, r.Title, r.Passages, r.Error, l.label(r.Folders)})
		}
	}
	return out
}
