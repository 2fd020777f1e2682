package documents

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/chaski-dev/chaski/tools"
)

// The names of the tools.
const (
	SearchName = "search_documents"
	OpenName   = "open_document"
	ListName   = "list_documents"
	ReadName   = "read_document"
)

// ToolNames are all of them. The last is offered only where it is named: it gives a whole
// document, for a policy that keeps such results aside and has them read in quarantine.
var ToolNames = []string{SearchName, OpenName, ListName, ReadName}

// query asks for passages.
type query struct {
	Query string `json:"query" jsonschema:"description=Words to search for"`
}

// opening asks for a part of a document.
type opening struct {
	Source  string `json:"source" jsonschema:"description=Name of the file"`
	Passage int    `json:"passage,omitempty" jsonschema:"description=Number of the passage to read around,minimum=1"`
}

// shown is a passage as a model reads it: what it needs to answer and cite, and no more,
// for a small model loses the text among the rest.
type shown struct {
	Source  string `json:"source"`
	Text    string `json:"text"`
	Page    int    `json:"page,omitempty"`
	Last    int    `json:"last_page,omitempty"` // on which it ends, if that is another one
	Heading string `json:"heading,omitempty"`
	Passage int    `json:"passage,omitempty"` // its number, where the file has several and can be opened
	Of      int    `json:"of,omitempty"`      // how many the file has; of one that was opened
	Hash    string `json:"hash,omitempty"`    // of one that was opened
	Label   string `json:"label,omitempty"`   // where there are several
}

func (l *Library) shown(all []Passage, opened bool) []shown {
	out := make([]shown, 0, len(all))
	reads := l.offers(OpenName)
	for _, p := range all {
		s := shown{Source: p.Source, Text: p.Text, Page: p.Page, Last: p.Last, Heading: p.Heading}
		if p.Of > 1 && reads || opened {
			s.Passage = p.Passage
		}
		if opened {
			s.Of, s.Hash = p.Of, p.Hash
		}
		if l.mixed() {
			s.Label = p.Label
		}
		out = append(out, s)
	}
	return out
}

// wanting asks for a whole document.
type wanting struct {
	Source string `json:"source" jsonschema:"description=Name of the file"`
}

// whole is a document's text.
type whole struct {
	Source string `json:"source"`
	Text   string `json:"text"`
}

// maxWhole bounds the text of a whole document, in bytes.
const maxWhole = 4 << 20

// listing asks for documents.
type listing struct {
	Contains string `json:"contains,omitempty" jsonschema:"description=Part of the name or title"`
}

// listed is a part of the documents.
type listed struct {
	Documents []Document `json:"documents"`
	All       int        `json:"all"` // how many there are
}

// maxListed is how many documents a list shows.
const maxListed = 100

// offers reports whether a tool of that name is one of the library's.
func (l *Library) offers(name string) bool {
	if len(l.opt.Tools) == 0 {
		return name != ReadName
	}
	return slices.Contains(l.opt.Tools, name)
}

// Tools returns the library's tools: search_documents, open_document, list_documents, or
// those of ToolNames that were asked for. Who asks is who started the run.
func (l *Library) Tools() []*tools.Tool {
	return slices.DeleteFunc(l.all(), func(t *tools.Tool) bool { return !l.offers(t.Spec().Name) })
}

func (l *Library) all() []*tools.Tool {
	labels := l.labels()
	passages := map[string]string{"passages": "."}
	for k, v := range labels {
		passages[k] = v
	}
	return []*tools.Tool{
		tools.New(SearchName, "Search the documents", func(ctx context.Context, in query) ([]shown, error) {
			question, _ := tools.Asked.Get(ctx)
			all, err := l.SearchAsked(ctx, in.Query, question, asker(ctx))
			return l.afford(l.shown(all, false), 0), err
		}, tools.Options{Effect: tools.Read, Labels: passages}),

		tools.New(OpenName, "Read on in a document, around a passage that a search gave", func(ctx context.Context, in opening) ([]shown, error) {
			all, err := l.Around(ctx, in.Source, in.Passage, asker(ctx))
			if errors.Is(err, ErrNoDocument) {
				return nil, tools.Fail("there is no document %q: %s has the names", in.Source, ListName)
			}
			return l.afford(l.shown(all, true), asked(all, in.Passage)), err
		}, tools.Options{Effect: tools.Read, Labels: passages}),

		tools.New(ReadName, "Read a whole document", func(ctx context.Context, in wanting) (whole, error) {
			name, text, err := l.Whole(ctx, in.Source, asker(ctx))
			switch {
			case errors.Is(err, ErrNoDocument):
				return whole{}, tools.Fail("there is no document %q: %s has the names", in.Source, ListName)
			case len(text) > maxWhole:
				return whole{}, tools.Fail("%s has %d bytes of text, at most %d are read at once: use %s", name, len(text), maxWhole, OpenName)
			}
			return whole{name, text}, err
		}, tools.Options{Effect: tools.Read, Labels: labels}),

		tools.New(ListName, "List the documents", func(ctx context.Context, in listing) (listed, error) {
			all := l.List(in.Contains, asker(ctx))
			return listed{all[:min(len(all), maxListed)], len(all)}, nil
		}, tools.Options{Effect: tools.Read, Labels: labels}),
	}
}

// labels says to the policies who may have written what the tools answer. Where only some
// folders are trusted, the members of a passage are strangers' unless its label says else.
func (l *Library) labels() map[string]string {
	switch trusted := l.trustedRoots(); {
	case l.mixed():
	case trusted > 0:
		return map[string]string{"integrity": "tool"}
	default:
		return map[string]string{"integrity": "untrusted"}
	}
	members := ""
	for _, m := range []string{"text", "heading", "source", "title", "error"} {
		members += fmt.Sprintf("%s unless label is %s, ", m, LabelTrusted)
	}
	return map[string]string{"integrity": "tool", "strangers": members[:len(members)-2]}
}

// mixed reports whether only some folders are trusted.
func (l *Library) mixed() bool {
	n := l.trustedRoots()
	return n > 0 && n < len(l.roots)
}

func (l *Library) trustedRoots() int {
	n := 0
	for _, r := range l.roots {
		if r.Trusted {
			n++
		}
	}
	return n
}

// asker is on whose behalf a call is made.
func asker(ctx context.Context) Asker {
	call, _ := tools.CallFrom(ctx)
	return Asker{Tenant: call.Tenant, Reader: call.By}
}

// Declared returns the tools of a library with these options, without opening it: to be
// looked at, not to be called.
func Declared(o Options) []*tools.Tool {
	l := &Library{opt: o}
	for _, f := range o.Folders {
		l.roots = append(l.roots, &root{Folder: f})
	}
	return l.Tools()
}
