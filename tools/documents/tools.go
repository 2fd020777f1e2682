package documents

import (
	"context"
	"errors"
	"fmt"

	"github.com/chaski-dev/chaski/tools"
)

// The names of the tools.
const (
	SearchName = "search_documents"
	OpenName   = "open_document"
	ListName   = "list_documents"
)

// ToolNames are all of them.
var ToolNames = []string{SearchName, OpenName, ListName}

// query asks for passages.
type query struct {
	Query string `json:"query" jsonschema:"description=Words to search for"`
}

// opening asks for a part of a document.
type opening struct {
	Source  string `json:"source" jsonschema:"description=Name of the file"`
	Passage int    `json:"passage,omitempty" jsonschema:"description=Number of the passage to read around,minimum=1"`
}

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

// Tools returns the library's tools: search_documents, open_document, list_documents. Who
// asks is who started the run.
func (l *Library) Tools() []*tools.Tool {
	labels := l.labels()
	passages := map[string]string{"passages": "."}
	for k, v := range labels {
		passages[k] = v
	}
	return []*tools.Tool{
		tools.New(SearchName, "Search the documents", func(ctx context.Context, in query) ([]Passage, error) {
			return l.Search(ctx, in.Query, asker(ctx))
		}, tools.Options{Effect: tools.Read, Labels: passages}),

		tools.New(OpenName, "Read on in a document, around a passage that a search gave", func(ctx context.Context, in opening) ([]Passage, error) {
			out, err := l.Around(ctx, in.Source, in.Passage, asker(ctx))
			if errors.Is(err, ErrNoDocument) {
				return nil, tools.Fail("there is no document %q: %s has the names", in.Source, ListName)
			}
			return out, err
		}, tools.Options{Effect: tools.Read, Labels: passages}),

		tools.New(ListName, "List the documents", func(ctx context.Context, in listing) (listed, error) {
			all := l.List(in.Contains, asker(ctx))
			return listed{all[:min(len(all), maxListed)], len(all)}, nil
		}, tools.Options{Effect: tools.Read, Labels: labels}),
	}
}

// labels says to the policies who may have written what the tools answer. Where only some
// folders are trusted, the members of a passage are strangers' unless its label says else.
func (l *Library) labels() map[string]string {
	trusted := 0
	for _, r := range l.roots {
		if r.Trusted {
			trusted++
		}
	}
	switch trusted {
	case len(l.roots):
		return map[string]string{"integrity": "tool"}
	case 0:
		return map[string]string{"integrity": "untrusted"}
	}
	members := ""
	for _, m := range []string{"text", "heading", "source", "title", "error"} {
		members += fmt.Sprintf("%s unless label is %s, ", m, LabelTrusted)
	}
	return map[string]string{"integrity": "tool", "strangers": members[:len(members)-2]}
}

// asker is on whose behalf a call is made.
func asker(ctx context.Context) Asker {
	call, _ := tools.CallFrom(ctx)
	return Asker{Tenant: call.Tenant, Reader: call.By}
}

// Declared returns the tools of a library of these folders, without opening it: to be
// looked at, not to be called.
func Declared(folders []Folder) []*tools.Tool {
	l := &Library{}
	for _, f := range folders {
		l.roots = append(l.roots, &root{Folder: f})
	}
	return l.Tools()
}
