package engine

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"math"
	"path/filepath"
	"slices"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/chaski-dev/chaski/llm"
	"github.com/chaski-dev/chaski/llm/chat"
	"github.com/chaski-dev/chaski/llm/gguf"
	"github.com/chaski-dev/chaski/llm/kv"
	"github.com/chaski-dev/chaski/llm/llama"
	"github.com/chaski-dev/chaski/llm/sample"
	"github.com/chaski-dev/chaski/llm/tensor"
)

// likeliest is the search that beams make, written down plainly: every way is a list of
// tokens, computed from its first one each time, with its whole probability.
func likeliest(t *testing.T, m *llama.Model, job Job) []int32 {
	t.Helper()
	threads := tensor.NewPool(2)
	defer threads.Close()
	pages, err := kv.NewPool(m.KVShape(), tensor.F32, 0, 64)
	if err != nil {
		t.Fatal(err)
	}
	defer pages.Close()
	r, err := llama.NewRunner(m, threads, pages)
	if err != nil {
		t.Fatal(err)
	}
	type list struct {
		ids   []int32
		score float64
		ended bool
	}
	beams := []list{{}}
	for range job.Max {
		var next []list
		for _, b := range beams {
			if b.ended {
				next = append(next, b)
				continue
			}
			table := pages.NewTable()
			rows, err := r.Forward([]llama.Span{{Table: table, Tokens: slices.Concat(job.Prompt, b.ids), Logits: 1}})
			if err != nil {
				t.Fatal(err)
			}
			whole := sample.LogSumExp(rows[0])
			for id, v := range rows[0] {
				n := list{slices.Clone(b.ids), b.score + float64(v) - whole, slices.Contains(job.Stop, int32(id))}
				if !n.ended {
					n.ids = append(n.ids, int32(id))
				}
				next = append(next, n)
			}
			table.Free()
		}
		slices.SortStableFunc(next, func(a, b list) int { return cmp.Compare(b.score, a.score) })
		next = next[:job.Sampling.Beams]
		beams = slices.DeleteFunc(next, func(b list) bool { return b.score < next[0].score-margin })
		if beams[0].ended {
			break
		}
	}
	return beams[0].ids
}

// TestBeams: beams find what the plain search finds, with other sequences in the pass,
// prefixes shared, pages small, and with drafts and without.
func TestBeams(t *testing.T) {
	n := 12
	if raced {
		n = 4
	}
	for _, o := range []Options{{}, {NoDrafts: true, PageSize: 5}} {
		o.Cache, o.Chunk, o.Tokens = "f32", 24, 8192
		e := start(t, "stories260K.gguf", o)
		prefix := append([]int32{1}, random(3, 40, e.model.Vocab)...)
		jobs, want := make([]Job, n), make([][]int32, n)
		other := 0
		for i := range n {
			job := Job{Prompt: append(slices.Clone(prefix[:1+3*i]), random(uint64(i), 3, e.model.Vocab)...), Max: 30}
			greedy := alone(t, e, tensor.F32, job)
			if i%3 == 0 {
				job.Stop = greedy[20:21]
			}
			job.Sampling.Beams = 2 + i%4
			jobs[i], want[i] = job, likeliest(t, e.model, job)
			if len(want[i]) > len(greedy) || !slices.Equal(want[i], greedy[:len(want[i])]) {
				other++
			}
		}
		var wg sync.WaitGroup
		for i, job := range jobs {
			wg.Go(func() {
				got, out := outcome(t, e, job)
				if !slices.Equal(got, want[i]) {
					t.Errorf("%+v, sequence %d: %v, want %v", o, i, got, want[i])
				}
				if (len(got) < job.Max) != (out.Stopped >= 0) || out.Usage.GeneratedTokens != len(got) {
					t.Errorf("sequence %d: %d tokens of %d, %+v", i, len(got), job.Max, out)
				}
			})
		}
		wg.Wait()
		if other < n/3 {
			t.Errorf("%d of %d texts are others than greedy decoding's: the test says nothing", other, n)
		}
	}
}

// TestBeamsWithoutRoom: beams take no page that another sequence may need: where memory
// is short they are given up, and nobody fails.
func TestBeamsWithoutRoom(t *testing.T) {
	e := start(t, "stories260K.gguf", Options{Tokens: 240, PageSize: 4, Chunk: 16})
	var wg sync.WaitGroup
	var other atomic.Int32
	for i := range 40 {
		job := Job{Prompt: append(random(uint64(i%4), 10+i%20, e.model.Vocab), int32(i)), Max: 40}
		wg.Go(func() {
			greedy, _ := outcome(t, e, job)
			job.Sampling.Beams = 6
			got, _ := outcome(t, e, job)
			if len(got) != 40 {
				t.Errorf("request %d: %v", i, got)
			}
			if !slices.Equal(got, greedy) {
				other.Add(1)
			}
		})
	}
	wg.Wait()
	if s := e.Stats(); s.Free+s.Cached != s.Pages {
		t.Errorf("pages are lost: %+v", s)
	}
	if other.Load() == 0 {
		t.Error("all texts are greedy decoding's: the test says nothing")
	}
}

// TestNarrow: beams stay while there are pages for all, and not a page longer.
func TestNarrow(t *testing.T) {
	e := start(t, "stories260K.gguf", Options{Tokens: 76, PageSize: 4}) // 20 pages
	done := make(chan struct{})
	e.mu.Lock() // the loop alone touches pages and what is live
	e.tasks = append(e.tasks, func() {
		defer close(done)
		testNarrow(t, e)
	})
	e.wake.Broadcast()
	e.mu.Unlock()
	<-done
}

// testNarrow is TestNarrow in the engine's loop.
func testNarrow(t *testing.T, e *Engine) {
	table := func(n int) *kv.Table {
		tab := e.pages.NewTable()
		if err := tab.Extend(n); err != nil {
			t.Error(err)
		}
		return tab
	}
	// The sequence may come to take 6 pages beside its one, and one for a shared tail; the
	// beams hold 2 and need one each.
	s := &sequence{job: Job{Prompt: []int32{1, 2, 3}, Max: 25}, ids: []int32{1, 2, 3}, width: 2, table: table(3), notify: make(chan struct{}, 1)}
	for i := range 2 {
		s.beams = append(s.beams, &beam{table: table(4), ids: []int32{5, int32(i)}, scores: []float64{0, -1}, score: -float64(i), stop: -1})
	}
	live := func(l []*sequence) {
		e.mu.Lock()
		e.live = l
		e.mu.Unlock()
	}
	live([]*sequence{s})
	defer live(nil)
	rest := table(4 * (e.pages.Free() - e.needed() - 2))
	defer rest.Free()
	e.narrow()
	if len(s.beams) != 2 {
		t.Errorf("%d beams where there is room", len(s.beams))
	}
	last := table(4)
	e.narrow()
	if tokens, _, _ := s.take(); s.beams != nil || len(tokens) != 2 || tokens[1].ID != 0 || s.table.Len() != 4 {
		t.Errorf("%d beams, %v told", len(s.beams), tokens)
	}
	last.Free()
	s.table.Free()
}

// TestBeamTurns: under a grammar, beams write turns that fit it, the same with drafts and
// without.
func TestBeamTurns(t *testing.T) {
	fast, plain := startChat(t, Options{Cache: "f32", Tokens: 16384}), startChat(t, Options{Cache: "f32", Tokens: 16384, NoDrafts: true})
	list := sets(t)
	n := len(list) / 3
	if testing.Short() || raced {
		n = min(n, 4)
	}
	calls, other, ties := 0, 0, 0
	for i := range n {
		req := list[i].req
		req.MaxTokens, req.Sampling = 150, llm.Sampling{Beams: 4}
		msg, stop, err := llm.Collect(fast.Generate(context.Background(), &req), nil)
		if err != nil {
			t.Fatalf("set %d: %v", i, err)
		}
		if err := list[i].check(&req, msg, stop); err != nil {
			t.Errorf("set %d: %v\ntext %q\ncalls %v", i, err, msg.Content, msg.Calls)
		}
		again, _, err := llm.Collect(plain.Generate(context.Background(), &req), nil)
		for _, list := range [][]llm.ToolCall{msg.Calls, again.Calls} {
			for k := range list {
				if c := list[k].Confidence; c <= 0 || c > 1 {
					t.Errorf("set %d: a confidence of %g", i, c)
				}
				list[k].Confidence = 0 // rows are rounded otherwise in another pass
			}
		}
		if got, want := fmt.Sprint(msg.Content, msg.Calls), fmt.Sprint(again.Content, again.Calls); err != nil {
			t.Errorf("set %d: %v", i, err)
		} else if got != want {
			ties++
			t.Logf("set %d: with drafts %s, without %s", i, got, want)
		}
		req.Sampling.Beams = 1
		one, _, err := llm.Collect(fast.Generate(context.Background(), &req), nil)
		if err != nil {
			t.Fatalf("set %d: %v", i, err)
		}
		for k := range one.Calls {
			one.Calls[k].Confidence = 0
		}
		if fmt.Sprint(one.Content, one.Calls) != fmt.Sprint(msg.Content, msg.Calls) {
			other++
		}
		calls += len(msg.Calls)
	}
	// Sums are rounded by how many rows share a pass, so nearly equal ways may be chosen
	// otherwise. The model here has random weights: many of its ways are.
	if ties > max(1, n/3) {
		t.Errorf("%d of %d turns differ with drafts and without", ties, n)
	}
	t.Logf("%d turns, %d calls, %d turns other than greedy ones", n, calls, other)
	if calls == 0 || other == 0 {
		t.Errorf("%d calls, %d turns other than greedy ones: the test says nothing", calls, other)
	}
}

// TestSift: what all beams have in common is told at once, the rest when it is settled.
func TestSift(t *testing.T) {
	e := start(t, "stories260K.gguf", Options{})
	s := &sequence{job: Job{Prompt: []int32{1}, Max: 9}, ids: []int32{1}, width: 3, table: e.pages.NewTable(), notify: make(chan struct{}, 1)}
	told := func() (ids []int32) {
		tokens, _, _ := s.take()
		for _, t := range tokens {
			ids = append(ids, t.ID)
		}
		return ids
	}
	a, b := &beam{table: e.pages.NewTable(), ids: []int32{5, 6, 7}, scores: make([]float64, 3), stop: -1}, &beam{table: e.pages.NewTable(), ids: []int32{5, 6, 8}, scores: make([]float64, 3), score: -1, stop: 2}
	s.beams = []*beam{a, b}
	e.sift(s)
	if got := told(); !slices.Equal(got, []int32{5, 6}) || !slices.Equal(a.ids, []int32{7}) || !slices.Equal(b.ids, []int32{8}) {
		t.Errorf("told %v, left %v and %v", got, a.ids, b.ids)
	}
	s.beams = []*beam{a}
	e.sift(s)
	if got := told(); !slices.Equal(got, []int32{7}) || s.beams != nil || s.over() {
		t.Errorf("told %v, beams %v", got, s.beams)
	}
}

// TestAdvisedBeams: a model file that advises beams gets them where the request does not
// say, and not where tokens are drawn.
func TestAdvisedBeams(t *testing.T) {
	e := start(t, "stories260K.gguf", Options{Cache: "f32"})
	file := filepath.Join(t.TempDir(), "advised.gguf")
	f := e.model.File
	pairs := []gguf.Pair{{Key: beamsKey, Value: uint32(3)}}
	for _, key := range f.Keys() {
		if v, ok := f.Value(key); ok {
			pairs = append(pairs, gguf.Pair{Key: key, Value: v})
		}
	}
	var tensors []gguf.Source
	for _, x := range f.Tensors {
		tensors = append(tensors, gguf.Source{Name: x.Name, Type: x.Type, Shape: x.Shape, Data: func(w io.Writer) error {
			_, err := w.Write(x.Data)
			return err
		}})
	}
	if err := gguf.Create(file, pairs, tensors); err != nil {
		t.Fatal(err)
	}
	advised, err := Open(file, Options{Cache: "f32", Tokens: 1024})
	if err != nil {
		t.Fatal(err)
	}
	defer advised.Close()
	job := Job{Prompt: []int32{1, 9, 7, 300}, Max: 60}
	greedy, _ := outcome(t, e, job)
	if got, _ := outcome(t, advised, job); slices.Equal(got, greedy) {
		t.Error("no beams where the file advises them")
	}
	job.Sampling.Beams = 3
	want, _ := outcome(t, e, job)
	job.Sampling.Beams = 0
	if got, _ := outcome(t, advised, job); !slices.Equal(got, want) {
		t.Errorf("%v, with three beams %v", got, want)
	}
	job.Sampling.Beams = 1
	if got, _ := outcome(t, advised, job); !slices.Equal(got, greedy) {
		t.Errorf("with one beam %v, greedy %v", got, greedy)
	}
	job.Sampling = llm.Sampling{Temperature: 1, Seed: 3}
	want, _ = outcome(t, e, job)
	if got, _ := outcome(t, advised, job); !slices.Equal(got, want) {
		t.Errorf("drawn: %v, want %v", got, want)
	}
}

// TestNoNumbers: ways with no number for a logit are not taken.
func TestNoNumbers(t *testing.T) {
	no, low := float32(math.NaN()), float32(math.Inf(-1))
	s := &sequence{width: 4}
	for _, c := range []struct {
		logits []float32
		want   []int32
	}{{[]float32{low, low}, nil}, {[]float32{low, 1, 0.5, -20}, []int32{1, 2}}, {[]float32{no, 1}, nil}} {
		var got []int32
		for _, w := range s.ways(&part{s: s}, c.logits) {
			got = append(got, w.id)
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%v: %v, want %v", c.logits, got, c.want)
		}
	}
}

// TestForcedTextCounts: a beam is as likely as all its tokens, those that the grammar
// forces too.
func TestForcedTextCounts(t *testing.T) {
	e, from := startChat(t, Options{Tokens: 1024}), recorded(t)
	held, err := e.constraint(&llm.Request{ToolChoice: llm.ToolChoice{Mode: llm.ChoiceTool, Name: "find_order"}}, chat.Rendered{Options: chat.Options{Tools: from.Tools}}, nil)
	if err != nil {
		t.Fatal(err)
	}
	s := &sequence{job: Job{Prompt: []int32{1}, Max: 100}, ids: []int32{1}, width: 2}
	b := &beam{constraint: held, table: e.pages.NewTable(), ids: []int32{5}, score: -1, stop: -1}
	p, span := b.part(s)
	n := len(p.draft)
	if n < 5 || span.Logits != n+1 || !slices.Equal(span.Tokens[1:], p.draft) {
		t.Fatalf("%+v for the forced tokens %v", span, p.draft)
	}
	p.mask(&span)
	<-p.ready
	for range span.Logits {
		p.logits = append(p.logits, make([]float32, e.model.Vocab)) // all tokens alike
	}
	p.logits[2][p.draft[2]] = 200 // but for one that is sure
	logits, err := p.catchUp()
	if err != nil {
		t.Fatal(err)
	}
	if want := -1 - float64(n-1)*math.Log(float64(e.model.Vocab)); math.Abs(b.score-want) > 1e-3 || !slices.Equal(b.ids[1:], p.draft) {
		t.Errorf("a score of %g, want %g; tokens %v", b.score, want, b.ids)
	}
	ways := s.ways(&p, logits)
	if len(ways) == 0 || b.constraint.accept(b.constraint.matcher.Clone(), ways[0].id) != nil {
		t.Errorf("ways %v", ways)
	}
}
