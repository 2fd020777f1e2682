package main

import (
	"cmp"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/chaski-dev/chaski/llm"
	"github.com/chaski-dev/chaski/llm/mini/train/corpus"
)

// world is what the tools of an example answer.
type world struct {
	system string
	tools  []llm.ToolSpec
	run    func(name string, args map[string]any) (any, error)
}

type passage struct {
	Source string `json:"source"`
	Text   string `json:"text"`
}

// changes says whether a tool of the example is one that changes something.
func (w world) changes(name string) bool {
	return slices.ContainsFunc(w.tools, func(t llm.ToolSpec) bool { return t.Name == name && t.Changes })
}

func worlds() (map[string]world, error) {
	passages, err := readPassages(documentsFolder())
	if err != nil {
		return nil, err
	}
	return map[string]world{
		"@support":  {corpus.SupportSystem, corpus.SupportTools, shop},
		"@workflow": {corpus.WorkflowSystem, corpus.WorkflowTools, office},
		"@rag": {corpus.RAGSystem, corpus.RAGTools, func(name string, args map[string]any) (any, error) {
			if name == "send_document" {
				return map[string]any{"sent": true}, nil
			}
			return search(passages, fmt.Sprint(args["query"])), nil
		}},
	}, nil
}

func readPassages(dir string) ([]passage, error) {
	files, err := os.ReadDir(dir)
	if err != nil {
		return nil, fmt.Errorf("the documents example: %w", err)
	}
	var out []passage
	for _, f := range files {
		b, err := os.ReadFile(filepath.Join(dir, f.Name()))
		if err != nil {
			return nil, err
		}
		for line := range strings.Lines(string(b)) {
			if line = strings.TrimSpace(line); line != "" {
				out = append(out, passage{f.Name(), line})
			}
		}
	}
	return out, nil
}

// search returns the three passages that share most words with the query, rare words first.
func search(all []passage, query string) []passage {
	words := func(s string) []string {
		return strings.FieldsFunc(strings.ToLower(s), func(r rune) bool { return !(r >= 'a' && r <= 'z' || r >= '0' && r <= '9') })
	}
	count := map[string]int{}
	for _, p := range all {
		for _, w := range words(p.Text) {
			count[w]++
		}
	}
	type scored struct {
		passage
		score float64
	}
	var list []scored
	for _, p := range all {
		s := scored{p, 0}
		has := words(p.Text)
		for _, w := range words(query) {
			if slices.Contains(has, w) {
				s.score += 1 / float64(count[w])
			}
		}
		if s.score > 0 {
			list = append(list, s)
		}
	}
	slices.SortStableFunc(list, func(a, b scored) int { return cmp.Compare(b.score, a.score) })
	out := []passage{}
	for _, s := range list[:min(3, len(list))] {
		out = append(out, s.passage)
	}
	return out
}

// shop has the orders of the customer-service example.
func shop(name string, args map[string]any) (any, error) {
	number := fmt.Sprint(args["order_number"])
	if name == "refund_order" {
		return map[string]any{"refund_id": "RF-" + number, "amount": args["amount"], "status": "refunded"}, nil
	}
	for _, o := range []struct {
		number               int
		status, item         string
		total                float64
		expected, mail, note string
	}{
		{1041, "in transit", "blue lamp", 35, "2026-12-02", "ines.duarte@mail.example", ""},
		{1042, "late", "steel kettle", 49.9, "2026-11-20", "tomas.berg@mail.example", ""},
		{1043, "on time", "wooden chair", 120, "2026-12-04", "a.lindqvist@post.example", "ring twice"},
		{1044, "delivered", "small mirror", 18.5, "2026-11-18", "rosa.marin@mail.example", ""},
		{1045, "late", "folding desk", 240, "2026-11-19", "p.novak@post.example", "leave at the door"},
		{1047, "late", "black camera", 89, "2026-11-21", "m.oduya@mail.example", "gift"},
	} {
		if fmt.Sprint(o.number) != number {
			continue
		}
		out := map[string]any{"customer": o.mail, "expected": o.expected, "item": o.item, "order_number": o.number, "status": o.status, "total": o.total}
		if o.note != "" {
			out["note"] = o.note
		}
		return out, nil
	}
	return nil, fmt.Errorf("order %s not found", number)
}

// office has the invoices of the back-office example.
func office(name string, args map[string]any) (any, error) {
	list := []map[string]any{{"amount": 320, "email": "billing@norvik.example", "invoice": "KD-4471"}, {"amount": 84.5, "email": "accounts@halden.example", "invoice": "KD-4490"}}
	switch name {
	case "list_overdue_invoices":
		return list, nil
	case "post_summary":
		return map[string]any{"posted": true}, nil
	}
	for _, i := range list {
		if i["invoice"] == args["invoice"] && i["email"] == args["email"] {
			return map[string]any{"sent": true}, nil
		}
	}
	return nil, fmt.Errorf("no invoice %v of %v", args["invoice"], args["email"])
}

// maxSteps bounds the turns of an example's run.
const maxSteps = 8

// play runs a wish in the world to its answer.
func (w world) play(said string, generate func(*corpus.Conversation) (llm.Message, error)) (messages []llm.Message, err error) {
	c := corpus.Conversation{Tools: w.tools, Messages: []llm.Message{{Role: llm.RoleSystem, Content: w.system}, {Role: llm.RoleUser, Content: said}}}
	for range maxSteps {
		got, err := generate(&c)
		if err != nil {
			return nil, err
		}
		for i := range got.Calls {
			got.Calls[i].ID = fmt.Sprintf("c%d-%d", len(c.Messages), i)
		}
		c.Messages = append(c.Messages, got)
		if len(got.Calls) == 0 {
			break
		}
		for _, call := range got.Calls {
			m := llm.Message{Role: llm.RoleTool, CallID: call.ID, Name: call.Name}
			var args map[string]any
			if err := json.Unmarshal(call.Arguments, &args); err != nil {
				return nil, err
			}
			value, failed := w.run(call.Name, args)
			if failed != nil {
				m.Content, m.IsError = "fail: "+failed.Error(), true
			} else if m.Value, err = json.Marshal(value); err != nil {
				return nil, err
			}
			c.Messages = append(c.Messages, m)
		}
	}
	return c.Messages, nil
}
