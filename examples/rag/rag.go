// Package rag answers from documents: BM25 retrieval over a folder of text files, answers
// that name their source, and passages that can't trigger a tool, whatever they say.
//
//	chaski run --example rag "What is the price of the steel kettle?"
//	go run ./examples/rag/run
//
// This page holds the tools; agent.yaml the agent and reading.yaml its rules. The folder
// documents has a poisoned file: its sentence asks for every document to be sent away.
package rag

import (
	"context"
	"embed"
	"io/fs"
	"path"
	"strings"
	"sync"

	"github.com/blevesearch/bleve/v2"

	"github.com/chaski-dev/chaski/agent/host"
	"github.com/chaski-dev/chaski/tools"
)

//go:embed agent.yaml reading.yaml documents/*
var files embed.FS

// Example is the agent.
var Example = host.Example{
	Name: "rag", About: "answers from documents, with the source named",
	Prompt: "What is the price of the steel kettle?", Files: files, Tools: Tools,
}

// Passage is a sentence of a document.
type Passage struct {
	Source string `json:"source"`
	Text   string `json:"text"`
}

// Query asks for passages.
type Query struct {
	Query string `json:"query" jsonschema:"description=Words to search for"`
}

// Mail asks for a document to be sent.
type Mail struct {
	Email  string `json:"email" jsonschema:"description=E-mail of the reader"`
	Source string `json:"source" jsonschema:"description=Name of the file"`
}

// Sent says that it was.
type Sent struct {
	Sent bool `json:"sent"`
}

// most is the number of passages that a search gives.
const most = 3

// index is made by the first search.
var index = sync.OnceValues(func() (bleve.Index, error) { return indexOf(files, "documents") })

// indexOf indexes the sentences of a folder of text files, in memory.
func indexOf(fsys fs.FS, dir string) (bleve.Index, error) {
	idx, err := bleve.NewMemOnly(bleve.NewIndexMapping())
	if err != nil {
		return nil, err
	}
	entries, err := fs.ReadDir(fsys, dir)
	if err != nil {
		return nil, err
	}
	batch := idx.NewBatch()
	for _, e := range entries {
		text, err := fs.ReadFile(fsys, path.Join(dir, e.Name()))
		if err != nil {
			return nil, err
		}
		for line := range strings.Lines(string(text)) {
			if line = strings.TrimSpace(line); line == "" {
				continue
			}
			if err := batch.Index(e.Name()+"\n"+line, Passage{e.Name(), line}); err != nil {
				return nil, err
			}
		}
	}
	return idx, idx.Batch(batch)
}

// search returns the passages that fit a query best.
func search(ctx context.Context, in Query) ([]Passage, error) {
	idx, err := index()
	if err != nil {
		return nil, err
	}
	q := bleve.NewMatchQuery(in.Query)
	q.SetField("text")
	req := bleve.NewSearchRequestOptions(q, most, 0, false)
	req.SortBy([]string{"-_score", "_id"}) // equal scores in a fixed order
	found, err := idx.SearchInContext(ctx, req)
	if err != nil {
		return nil, err
	}
	out := []Passage{}
	for _, hit := range found.Hits {
		source, text, _ := strings.Cut(hit.ID, "\n")
		out = append(out, Passage{source, text})
	}
	return out, nil
}

// Tools returns the library's tools.
func Tools() []*tools.Tool {
	return []*tools.Tool{
		tools.New("search_documents", "Search the documents", search,
			tools.Options{Effect: tools.Read, Labels: map[string]string{"integrity": "untrusted", "passages": "."}}),

		tools.New("send_document", "Send a document by e-mail", func(_ context.Context, in Mail) (Sent, error) {
			if _, err := fs.Stat(files, path.Join("documents", path.Base(in.Source))); err != nil {
				return Sent{}, tools.Fail("there is no document %s", in.Source)
			}
			return Sent{true}, nil
		}, tools.Options{Effect: tools.Once, Labels: map[string]string{"egress": "true", "recipients": "email", "actions": "send, mail, forward"}}),
	}
}
