package engine

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/chaski-dev/chaski/llm"
	"github.com/chaski-dev/chaski/llm/kv"
)

// TestRunsTakeTurns: a run that asks once does not wait for all of a run that asked
// twenty times before it.
func TestRunsTakeTurns(t *testing.T) {
	e := start(t, "stories260K.gguf", Options{Tokens: 512, Batch: 1})
	var mu sync.Mutex
	var order []string
	var wg sync.WaitGroup
	submitted := false
	for _, err := range e.Run(context.Background(), Job{Prompt: []int32{1}, Max: 400, Session: "busy"}, nil) {
		if err != nil {
			t.Fatal(err)
		}
		if submitted {
			continue
		}
		submitted = true
		for i := range 21 {
			run := "many"
			if i == 20 {
				run = "one"
			}
			wg.Go(func() {
				outcome(t, e, Job{Prompt: []int32{1, int32(i)}, Max: 2, Session: run})
				mu.Lock()
				defer mu.Unlock()
				order = append(order, run)
			})
			for e.Stats().Waiting < i+1 {
				time.Sleep(50 * time.Microsecond)
			}
		}
	}
	wg.Wait()
	// In turn it is served second; the place is noted by a goroutine that a busy machine
	// may run late. In order of arrival it would be 20.
	if at := slices.Index(order, "one"); at < 0 || at > 10 {
		t.Errorf("the run with one request was served at place %d of %d", at, len(order))
	}
}

// TestSuspend: the pages of a session that waits go to disk at once, and its next turn
// reads them, in another process too.
func TestSuspend(t *testing.T) {
	ctx, dir := context.Background(), t.TempDir()
	e := start(t, "stories260K.gguf", Options{Tokens: 256, CacheDir: dir})
	job := Job{Prompt: random(3, 100, e.model.Vocab), Max: 4, Session: "s"}
	want, _ := outcome(t, e, job)
	if err := e.Suspend(ctx, "", "s"); err != nil {
		t.Fatal(err)
	}
	if s := e.Stats(); s.Spilled < 3 || e.sessions[sessionKey{"", "s"}].ids != nil {
		t.Fatalf("%+v", s)
	}
	outcome(t, e, Job{Prompt: random(4, 200, e.model.Vocab), Max: 1}) // takes the memory
	if got, out := outcome(t, e, job); !slices.Equal(got, want) || out.Usage.CachedTokens != 99 || e.Stats().Restored == 0 {
		t.Errorf("%v with %d cached tokens, want %v with 99", got, out.Usage.CachedTokens, want)
	}
	none := start(t, "stories260K.gguf", Options{Tokens: 256})
	if err := none.Suspend(ctx, "", "s"); !errors.Is(err, ErrNoCacheDir) {
		t.Errorf("without a page file: %v", err)
	}
}

// TestUnusablePageFile: an engine whose page file can't be had says so and works.
func TestUnusablePageFile(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	first := start(t, "stories260K.gguf", Options{CacheDir: dir})
	want, _ := outcome(t, first, Job{Prompt: []int32{1, 2}, Max: 5})
	for name, c := range map[string]struct {
		dir   string
		limit int64
		want  error
	}{"in use": {dir, 0, kv.ErrInUse}, "not a directory": {file, 0, nil}, "no room": {filepath.Join(dir, "x"), 10, kv.ErrDiskFull}} {
		var reported error
		e := start(t, "stories260K.gguf", Options{CacheDir: c.dir, DiskLimit: c.limit, Report: func(err error) { reported = err }})
		if reported == nil || c.want != nil && !errors.Is(reported, c.want) {
			t.Errorf("%s: reported %v, want %v", name, reported, c.want)
		}
		if got, _ := outcome(t, e, Job{Prompt: []int32{1, 2}, Max: 5}); !slices.Equal(got, want) {
			t.Errorf("%s: %v, want %v", name, got, want)
		}
	}
}

// TestFrontStays: system prompt and tools outlive what was used later.
func TestFrontStays(t *testing.T) {
	e := start(t, "stories260K.gguf", Options{Tokens: 128, PageSize: 16})
	prefix := random(1, 32, e.model.Vocab)
	shared := func(last int32) Outcome {
		_, out := outcome(t, e, Job{Prompt: append(slices.Clone(prefix), last), Max: 1, front: 32})
		return out
	}
	shared(1)
	for i := range uint64(12) {
		outcome(t, e, Job{Prompt: random(10+i, 60, e.model.Vocab), Max: 1})
	}
	if out := shared(2); out.Usage.CachedTokens != 32 {
		t.Errorf("%d of 32 tokens of the front are left; evicted %d pages", out.Usage.CachedTokens, e.Stats().Evicted)
	}
	for i := range 2 * maxFronts { // the latest fronts are pinned, not all there ever were
		outcome(t, e, Job{Prompt: random(uint64(100+i), 20, e.model.Vocab), Max: 1, front: 16})
	}
	if len(e.fronts) != maxFronts {
		t.Errorf("%d fronts are pinned", len(e.fronts))
	}
}

// TestExhausted: requests that together need far more pages than there are wait for
// each other, whatever they share, and each gets what it gets alone.
func TestExhausted(t *testing.T) {
	e := start(t, "stories260K.gguf", Options{Cache: "f32", Tokens: 96, PageSize: 16, Chunk: 16})
	n := 40
	if raced {
		n = 10
	}
	prompts, want := make([][]int32, n), make([][]int32, n)
	for i := range prompts {
		prompts[i] = append(random(uint64(i%4), 30+i%20, e.model.Vocab), int32(i))
		want[i], _ = outcome(t, e, Job{Prompt: prompts[i], Max: 40, Tenant: "alone"})
	}
	var wg sync.WaitGroup
	for i := range prompts {
		wg.Go(func() {
			if got, _ := outcome(t, e, Job{Prompt: prompts[i], Max: 40, Tenant: fmt.Sprint(i % 2)}); !slices.Equal(got, want[i]) {
				t.Errorf("request %d: %v, alone %v", i, got, want[i])
			}
		})
	}
	wg.Wait()
}

// TestDraftsPay: guesses that are seldom right are made seldom, and the fewer the
// dearer a row is.
func TestDraftsPay(t *testing.T) {
	for _, c := range []struct {
		chance, row float64
		most, least float64 // drafted tokens for each token
	}{{0.05, 0.25, 0.05, 0}, {0.95, 0.25, 16, 4}, {0.5, 0.05, 6, 2}, {0.5, 4, 0.05, 0}} {
		all, d, p := firstOdds, drafter{}, pace{row: c.row}
		drafted, steps := 0, 2000
		for i := range steps {
			n := d.worth(lookup3, 16, &all, p.share(1))
			right := 0
			for right < n && float64((i*7919+right*104729)%1000) < 1000*c.chance {
				right++
			}
			d.learn(lookup3, n, right, &all)
			drafted += n
		}
		if each := float64(drafted) / float64(steps); each > c.most || each < c.least {
			t.Errorf("right %g of the time, a row costs %g: %g drafted for each token, want %g to %g", c.chance, c.row, each, c.least, c.most)
		}
	}
	p := newPace()
	for i := range 100 {
		p.learn(1+i%5, 0.1+0.03*float64(1+i%5))
	}
	if p.row < 0.29 || p.row > 0.31 || p.share(1) > p.share(8) {
		t.Errorf("a row costs %g of the fixed part, want 0.3", p.row)
	}
}

// TestForcedText: what the grammar forces is written in the tokenizer's own tokens, with
// and without speculation, and takes no pass of its own.
func TestForcedText(t *testing.T) {
	s := recorded(t)
	for _, o := range []Options{{NoDrafts: true, Tokens: 8192}, {Tokens: 8192}} {
		e := startChat(t, o)
		req := &llm.Request{Messages: s.Messages, Tools: s.Tools, ToolChoice: llm.ToolChoice{Mode: llm.ChoiceTool, Name: "find_order"}, MaxCalls: 1, MaxTokens: 60}
		ids, opts, err := e.prompt(req)
		if err != nil {
			t.Fatal(err)
		}
		held, err := e.constraint(req, opts, nil)
		if err != nil {
			t.Fatal(err)
		}
		got, out := outcome(t, e, Job{Prompt: ids, Max: 60, Stop: e.ends, constraint: held})
		want := e.tok.Encode(nil, `{"name": "find_order", "parameters": {"order_id": `)
		want = want[:len(want)-1]
		if len(got) < len(want) || !slices.Equal(got[:len(want)], want) {
			t.Errorf("%+v: %v, want %v first", o, got, want)
		}
		if passes := out.Usage.ForwardPasses; !o.NoDrafts && passes > len(got)-len(want)+4 {
			t.Errorf("%d passes for %d tokens, of which %d are forced", passes, len(got), len(want))
		}
	}
}

// TestLongPromptBesideDecoding: while a long prompt is read, a sequence that decodes is in
// every pass, gets a token from each, and waits for a short chunk of the prompt each time.
func TestLongPromptBesideDecoding(t *testing.T) {
	const chunk, beside = 256, 32 // tokens of a prompt in a pass: alone, and beside decoding
	e := start(t, "stories260K.gguf", Options{Chunk: chunk, NoDrafts: true})
	prompt := random(5, 400, e.model.Vocab)
	long := make(chan Outcome, 1)
	var a Outcome
	n := 0
	for _, err := range e.Run(context.Background(), Job{Prompt: []int32{1}, Max: 300}, &a) {
		if err != nil {
			t.Fatal(err)
		}
		if n++; n == 1 {
			go func() {
				_, b, _ := gather(e, Job{Prompt: prompt, Max: 1})
				long <- b
			}()
		}
	}
	b := <-long
	if passes := e.Stats().Passes; a.Usage.ForwardPasses != 300 || passes != 300 {
		t.Errorf("%d passes, of which the sequence that decodes 300 tokens was in %d", passes, a.Usage.ForwardPasses)
	}
	if least := len(prompt) / beside; b.Usage.ForwardPasses < least || b.Usage.ForwardPasses > least+2 {
		t.Errorf("a prompt of %d tokens was read in %d passes beside decoding, want %d", len(prompt), b.Usage.ForwardPasses, least)
	}
	t.Logf("a prompt of %d tokens took %d passes beside decoding: at most %d rows more in each", len(prompt), b.Usage.ForwardPasses, beside)
}

// TestPassagesShare counts the pages that a retrieved passage takes when several runs read
// it: none but its tail where the same stands before it, its own from the first difference
// on, and never another tenant's.
func TestPassagesShare(t *testing.T) {
	const page, front, question, passage = 16, 64, 32, 160
	e := start(t, "stories260K.gguf", Options{Tokens: 2048, PageSize: page})
	system, text := random(1, front, e.model.Vocab), random(2, passage, e.model.Vocab)
	asked := func(seed uint64) []int32 { return random(seed, question, e.model.Vocab) }
	read := func(tenant, run string, prompt ...[]int32) (cached, pages int) {
		before := e.Stats().Cached
		_, out := outcome(t, e, Job{Prompt: slices.Concat(prompt...), Max: 1, Tenant: tenant, Session: run, front: front})
		return out.Usage.CachedTokens, e.Stats().Cached - before
	}
	all := (front + question + passage) / page
	for _, c := range []struct {
		name          string
		tenant, run   string
		prompt        [][]int32
		cached, pages int // tokens that were there, pages that came to it
	}{
		{"the first run", "a", "1", [][]int32{system, asked(3), text, random(10, page, e.model.Vocab)}, 0, all + 1},
		{"another run with the same question, which goes on otherwise", "a", "2", [][]int32{system, asked(3), text, random(11, page, e.model.Vocab)}, all * page, 1},
		{"a third one", "a", "3", [][]int32{system, asked(3), text, random(12, page, e.model.Vocab)}, all * page, 1},
		{"another question before the passage", "a", "4", [][]int32{system, asked(4), text, random(10, page, e.model.Vocab)}, front, all + 1 - front/page},
		{"the same passage again, after another one", "a", "5", [][]int32{system, asked(3), random(5, passage, e.model.Vocab), text}, front + question, 2 * passage / page},
		{"the first run's next turn", "a", "1", [][]int32{system, asked(3), text, random(10, page, e.model.Vocab), random(13, page, e.model.Vocab)}, (all + 1) * page, 1},
		{"another tenant", "b", "1", [][]int32{system, asked(3), text, random(10, page, e.model.Vocab)}, 0, all + 1},
	} {
		cached, pages := read(c.tenant, c.run, c.prompt...)
		// Random tokens may go on alike for one or two.
		if cached < c.cached || cached > c.cached+2 || pages != c.pages {
			t.Errorf("%s: %d tokens were there and %d pages came to it, want %d and %d", c.name, cached, pages, c.cached, c.pages)
		}
	}
}
