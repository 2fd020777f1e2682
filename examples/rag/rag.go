// Package rag answers from documents: twenty pages of a shop for household goods (policies,
// manuals, a price list, minutes), and a page of its customers' that is poisoned. Answers
// name their source and are checked against it, and no passage can trigger a tool.
//
//	chaski run --example rag "What is the price of the steel kettle?"
//	go run ./examples/rag/run
//
// agent.yaml names the documents, which is all that searching them takes, and reading.yaml
// holds the rules. This page holds the one tool with an effect.
package rag

import (
	"context"
	"embed"
	"io/fs"
	"path"

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

// Mail asks for a document to be sent.
type Mail struct {
	Email  string `json:"email" jsonschema:"description=E-mail of the reader"`
	Source string `json:"source" jsonschema:"description=Name of the file"`
}

// Sent says that it was.
type Sent struct {
	Sent bool `json:"sent"`
}

// Tools returns the tools beside those that answer from the documents.
func Tools(string) []*tools.Tool {
	return []*tools.Tool{
		tools.New("send_document", "Send a document by e-mail", func(_ context.Context, in Mail) (Sent, error) {
			if _, err := fs.Stat(files, path.Join("documents", path.Base(in.Source))); err != nil {
				return Sent{}, tools.Fail("there is no document %s", in.Source)
			}
			return Sent{true}, nil
		}, tools.Options{Effect: tools.Once, Labels: map[string]string{"egress": "true", "recipients": "email", "actions": "send, mail, forward"}}),
	}
}
