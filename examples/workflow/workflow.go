// Package workflow is a back-office job: find the overdue invoices, remind each customer
// and post a summary, which a person approves. It starts at a prompt or, under chaski
// serve, every weekday at eight.
//
//	chaski run --example workflow "Remind everybody with an overdue invoice and post a summary to finance."
//	go run ./examples/workflow/run
//
// This page holds the tools; agent.yaml the agent with its schedule, and office.yaml its
// rules. The model never reads an e-mail address: it passes a placeholder on, which is
// turned back for send_reminder alone.
package workflow

import (
	"context"
	"embed"

	"github.com/chaski-dev/chaski/agent/host"
	"github.com/chaski-dev/chaski/tools"
)

//go:embed agent.yaml office.yaml
var files embed.FS

// Example is the agent.
var Example = host.Example{
	Name: "workflow", About: "a back-office job: reminders of overdue invoices and a summary that a person approves",
	Prompt: "Remind everybody with an overdue invoice and post a summary to finance.", Files: files, Tools: Tools,
}

// Invoice is an invoice that was not paid in time.
type Invoice struct {
	Code   string  `json:"invoice"`
	Email  string  `json:"email"`
	Amount float64 `json:"amount"`
}

var overdue = []Invoice{
	{"KD-4471", "billing@norvik.example", 320},
	{"KD-4490", "accounts@halden.example", 84.5},
}

// Reminder names whom to remind of what.
type Reminder struct {
	Email   string `json:"email" jsonschema:"description=E-mail of the customer"`
	Invoice string `json:"invoice" jsonschema:"description=Code of the invoice"`
}

// Sent says that a reminder went out.
type Sent struct {
	Sent bool `json:"sent"`
}

// Summary is a message to a channel.
type Summary struct {
	Channel string `json:"channel" jsonschema:"description=Name of the channel"`
	Text    string `json:"text" jsonschema:"description=Text of the summary"`
}

// Posted says that a summary is in its channel.
type Posted struct {
	Posted bool `json:"posted"`
}

// Tools returns the office's tools.
func Tools(string) []*tools.Tool {
	return []*tools.Tool{
		tools.New("list_overdue_invoices", "List the invoices that are overdue", func(context.Context, struct{}) ([]Invoice, error) {
			return overdue, nil
		}, tools.Options{Effect: tools.Read, Labels: map[string]string{"integrity": "tool"}}),

		tools.New("send_reminder", "Send a reminder of an invoice", func(_ context.Context, in Reminder) (Sent, error) {
			for _, i := range overdue {
				if i.Code == in.Invoice && i.Email == in.Email {
					return Sent{true}, nil
				}
			}
			return Sent{}, tools.Fail("no invoice %s of %s", in.Invoice, in.Email)
		}, tools.Options{Effect: tools.Idempotent, Labels: map[string]string{"integrity": "tool", "egress": "true", "recipients": "email"}}),

		tools.New("post_summary", "Post a summary to a channel", func(context.Context, Summary) (Posted, error) {
			return Posted{true}, nil
		}, tools.Options{Effect: tools.Once, Labels: map[string]string{"integrity": "tool", "egress": "false", "content": "text"}}),
	}
}
