package documents

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/chaski-dev/chaski/tools"
)

// call runs one of the library's tools for an asker and returns what the model reads.
func call(t *testing.T, l *Library, name, args string, a Asker) (string, error) {
	t.Helper()
	for _, tool := range l.Tools() {
		if tool.Spec().Name == name {
			res, err := tool.Do(context.Background(), tools.Call{ID: "c", Run: "r", Tool: name, Arguments: json.RawMessage(args), Tenant: a.Tenant, By: a.Reader})
			return string(res.Value) + res.Reason, err
		}
	}
	t.Fatalf("no tool %s", name)
	return "", nil
}

// TestBudget holds that the passages of one answer cost no more tokens than allowed, that
// the best stay, and that one always does.
func TestBudget(t *testing.T) {
	dir := t.TempDir()
	for i := range 6 {
		write(t, dir, map[string]string{fmt.Sprintf("%d.md", i): "The zither " + strings.Repeat("zither ", 6-i) + strings.Repeat("is blue and old ", 8)})
	}
	words := func(s string) (int, error) { return len(strings.Fields(s)), nil }
	number := func(l *Library) int {
		text, err := call(t, l, SearchName, `{"query": "zither"}`, Asker{})
		var list []shown
		if e := json.Unmarshal([]byte(text), &list); err != nil || e != nil {
			t.Fatal(text, err, e)
		}
		return len(list)
	}
	l := open(t, Options{Folders: []Folder{{Path: dir}}})
	all := number(l)
	for budget, want := range map[int]int{0: all, 1: 1, 90: 2, 10_000: all} {
		l.opt.Budget, l.opt.Count = budget, words
		if got := number(l); got != want {
			t.Errorf("a budget of %d gives %d passages, want %d", budget, got, want)
		}
	}
	l.opt.Budget, l.opt.Count = 100, func(string) (int, error) { return 0, errors.New("away") }
	if got := number(l); got != 1 {
		t.Errorf("what cannot be counted gives %d passages, want 1", got)
	}

	write(t, dir, map[string]string{"long.md": strings.Repeat("# Part\n\nOne part of many words, as they come.\n\n", 9)})
	if err := l.Sync(t.Context()); err != nil {
		t.Fatal(err)
	}
	l.opt.Budget, l.opt.Count = 25, words
	text, err := call(t, l, OpenName, `{"source": "long.md", "passage": 5}`, Asker{})
	var list []shown
	if e := json.Unmarshal([]byte(text), &list); err != nil || e != nil {
		t.Fatal(text, err, e)
	}
	var numbers []int
	for _, s := range list {
		numbers = append(numbers, s.Passage)
	}
	if !slices.Contains(numbers, 5) || len(numbers) > 4 || !slices.IsSorted(numbers) {
		t.Errorf("passages %v of long.md, want some around the fifth", numbers)
	}
}

// TestNoWayIn plays a reader who knows the names of what he may not read: no tool gives a
// text, a name or a number of it, however the file is called, moved or asked for.
func TestNoWayIn(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, map[string]string{"all/a.md": "# Open\n\nThe zither is blue.", "hr/pay.md": "# Salaries\n\nThe zither player gets 4711 a month.", "acme/deal.md": "# Deal\n\nThe zither costs Acme 815."})
	l := open(t, Options{Tools: ToolNames, Folders: []Folder{{Path: filepath.Join(dir, "all")}, {Path: filepath.Join(dir, "hr"), Readers: []string{"dana"}}, {Path: filepath.Join(dir, "acme"), Tenant: "acme"}}})
	mallory := Asker{Tenant: "other", Reader: "mallory"}
	tries := []string{SearchName + ` {"query": "salaries zither player 4711 deal acme 815"}`, SearchName + ` {"query": "pay.md"}`, SearchName + ` {"query": "hr"}`, ListName + ` {}`, ListName + ` {"contains": "pay"}`, ListName + ` {"contains": "salar"}`, ListName + ` {"contains": "deal"}`}
	for _, name := range []string{"hr/pay.md", "pay.md", "PAY.MD", "[hr/pay.md]", "hr/pay.md#1", "./hr/pay.md", "all/../hr/pay.md", "hr//pay.md", "hr/pay.md\u0000", "\u0001hr/pay.md", "acme/deal.md", "deal.md", "/", "", ".md", "y.md"} {
		for _, n := range []int{1, 2, 999} {
			tries = append(tries, fmt.Sprintf(`%s {"source": %q, "passage": %d}`, OpenName, name, n))
		}
		tries = append(tries, fmt.Sprintf(`%s {"source": %q}`, ReadName, name))
	}
	leaks := func() {
		t.Helper()
		for _, try := range tries {
			name, args, _ := strings.Cut(try, " ")
			text, _ := call(t, l, name, strings.ReplaceAll(args, `\x00`, `\u0000`), mallory)
			for _, secret := range []string{"4711", "815", "Salaries", "Deal", "gets", "costs"} {
				if strings.Contains(text, secret) {
					t.Errorf("%s: %s", try, text)
				}
			}
			if name == ListName && (strings.Contains(text, "pay") || strings.Contains(text, "deal")) {
				t.Errorf("%s: %s", try, text)
			}
		}
	}
	leaks()
	if text, err := call(t, l, OpenName, `{"source": "hr/pay.md"}`, Asker{Reader: "dana"}); err != nil || !strings.Contains(text, "4711") {
		t.Fatalf("who may read it cannot: %s, %v", text, err)
	}
	if text, err := call(t, l, ReadName, `{"source": "pay.md"}`, Asker{Reader: "dana"}); err != nil || !strings.Contains(text, "Salaries\\n\\nThe zither player gets 4711 a month.") {
		t.Fatalf("%s, %v", text, err)
	}
	// A file of the same name that all may read opens no way to the other.
	write(t, dir, map[string]string{"all/pay.md": "# Paying\n\nPay at the desk.", "all/deal.md": "# Offer\n\nNothing here."})
	if err := l.Sync(t.Context()); err != nil {
		t.Fatal(err)
	}
	leaks2, _ := call(t, l, OpenName, `{"source": "pay.md"}`, mallory)
	if strings.Contains(leaks2, "4711") || !strings.Contains(leaks2, "desk") {
		t.Errorf("%s", leaks2)
	}
}
