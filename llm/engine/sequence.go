package engine

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/chaski-dev/chaski/llm"
	"github.com/chaski-dev/chaski/llm/kv"
	"github.com/chaski-dev/chaski/llm/llama"
	"github.com/chaski-dev/chaski/llm/sample"
)

// Job asks for the continuation of token ids, beside the other jobs of an engine.
type Job struct {
	Prompt   []int32
	Max      int     // tokens to generate
	Stop     []int32 // tokens that end the sequence; they are not yielded
	Sampling llm.Sampling
	Priority int // higher first
	Tenant   string
	Session  string

	constraint *constraint    // nil is none
	adapter    *llama.Adapter // nil is none
	front      int            // tokens of the prompt that are system prompt and tools
	watch      []int32        // tokens whose probabilities are wanted beside each that is generated
	pooled     *pooled        // wants the hidden states, and nothing of the cache; nil wants none
}

// owner is whose pages the job's are: nothing is shared between tenants, nor between what
// two adapters compute.
func (j *Job) owner() string {
	if j.adapter == nil {
		return j.Tenant
	}
	return j.Tenant + "\x00" + string(j.adapter.Sum[:])
}

// Outcome says how a job ended and what it cost.
type Outcome struct {
	Stopped int32 // the stop token; −1 if the job ended for another reason
	Usage   llm.Usage
}

// sequence is a job in the engine. The loop owns all but the stream.
type sequence struct {
	job      Job
	ids      []int32 // the prompt and what was generated
	table    *kv.Table
	sampler  *sample.Sampler
	draft    drafter
	aside    *aside // of the draft model; nil until it is asked
	out      Outcome
	queued   time.Time
	admitted time.Time
	first    time.Time // when the first token was generated
	turn     int64     // when its run's turn is; see turns
	followed bool      // another sequence waits for this one's prefill
	scratch  []float32 // logits under a mask
	width    int       // beams at most; 1 is greedy decoding or sampling
	beams    []*beam   // the likeliest first; nil while there is one way to go on
	gone     atomic.Bool

	mu     sync.Mutex
	tokens []Token // not yet taken
	err    error
	done   bool
	notify chan struct{}
}

// generated is how many tokens are settled.
func (s *sequence) generated() int { return len(s.ids) - len(s.job.Prompt) }

// reading says that the prompt is being read.
func (s *sequence) reading() bool { return s.generated() == 0 && s.beams == nil }

// put streams tokens; it never waits for the reader. A token whose score is 0 is one that
// the grammar left no choice of.
func (s *sequence) put(t Token) {
	switch {
	case s.job.constraint == nil:
	case t.Score == 0:
		s.out.Usage.ForcedTokens++
	default:
		s.out.Usage.MaskedTokens++
	}
	s.mu.Lock()
	s.tokens = append(s.tokens, t)
	s.mu.Unlock()
	s.signal()
}

func (s *sequence) finish(err error) {
	s.mu.Lock()
	s.err, s.done = err, true
	s.mu.Unlock()
	s.signal()
}

func (s *sequence) over() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.done
}

func (s *sequence) signal() {
	select {
	case s.notify <- struct{}{}:
	default:
	}
}

func (s *sequence) take() ([]Token, bool, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	t := s.tokens
	s.tokens = nil
	return t, s.done, s.err
}

// turns lets runs come by turns: each request of a run stands one turn behind the one
// before it, and a run that was idle starts at the turn that is served now. So a run
// with a hundred requests does not keep another one's first waiting. (This is start-time
// fair queueing, Goyal et al. 1996, with requests of equal length.)
type turns struct {
	now  int64 // turn of the request that was admitted last
	next map[sessionKey]int64
}

func (t *turns) take(run sessionKey) int64 {
	if t.next == nil {
		t.next = map[sessionKey]int64{}
	}
	turn := max(t.now, t.next[run])
	t.next[run] = turn + 1
	return turn
}

// admitted moves on to a turn, and forgets runs that have none to come.
func (t *turns) admitted(turn int64) {
	if turn <= t.now {
		return
	}
	t.now = turn
	for run, next := range t.next {
		if next <= turn {
			delete(t.next, run)
		}
	}
}

// Run yields the tokens that continue the prompt and fills out, if not nil, before it
// ends. It waits for its turn if the engine is busy. Breaking out of it, or cancelling
// ctx, frees what it held after the pass in hand.
func (e *Engine) Run(ctx context.Context, job Job, out *Outcome) iter.Seq2[Token, error] {
	return func(yield func(Token, error) bool) {
		s, err := e.submit(job)
		if err != nil {
			yield(Token{}, err)
			return
		}
		defer e.abandon(s)
		for {
			select {
			case <-ctx.Done():
				yield(Token{}, ctx.Err())
				return
			case <-s.notify:
			}
			tokens, done, err := s.take()
			if done && out != nil {
				*out = s.out
			}
			for _, t := range tokens {
				if ctx.Err() != nil {
					yield(Token{}, ctx.Err())
					return
				}
				if !yield(t, nil) {
					if out != nil && !done {
						*out = e.leave(s)
					}
					return
				}
			}
			if done {
				if err != nil {
					yield(Token{}, err)
				}
				return
			}
		}
	}
}

// abandon says that nobody reads a sequence any more.
func (e *Engine) abandon(s *sequence) {
	if s.over() {
		return
	}
	s.gone.Store(true)
	e.mu.Lock()
	e.left = true
	e.wake.Broadcast()
	e.mu.Unlock()
}

// leave ends a sequence that nobody reads any more, after the pass in hand.
func (e *Engine) leave(s *sequence) Outcome {
	e.abandon(s)
	for {
		if _, done, _ := s.take(); done {
			return s.out
		}
		<-s.notify
	}
}

// width is how many beams a request gets at most.
func (e *Engine) width(how llm.Sampling) int {
	if how.Beams == 0 && how.Determined() {
		return max(e.beams, 1)
	}
	return max(how.Beams, 1)
}

// submit checks a job and queues it.
func (e *Engine) submit(job Job) (*sequence, error) {
	switch {
	case len(job.Prompt) == 0:
		return nil, errors.New("engine: the prompt is empty")
	case job.Max < 0:
		return nil, fmt.Errorf("engine: %d tokens to generate, want 0 or more", job.Max)
	}
	for i, id := range job.Prompt {
		if id < 0 || int(id) >= e.model.Vocab {
			return nil, fmt.Errorf("engine: %w: %d at %d of the prompt, the vocabulary has %d tokens", llama.ErrToken, id, i, e.model.Vocab)
		}
	}
	if need := len(job.Prompt) + job.Max; need > e.context {
		return nil, &llm.ContextFullError{Need: need, Have: e.context}
	}
	sampler, err := sample.New(job.Sampling)
	if err != nil {
		return nil, err
	}
	sampler.Saw(job.Prompt...)
	s := &sequence{
		job: job, width: e.width(job.Sampling), ids: slices.Clone(job.Prompt), sampler: sampler, queued: time.Now(), notify: make(chan struct{}, 1),
		out: Outcome{Stopped: -1, Usage: llm.Usage{PromptTokens: len(job.Prompt)}},
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.closed {
		return nil, fmt.Errorf("engine: %w", ErrClosed)
	}
	s.turn = e.turns.take(sessionKey{job.Tenant, job.Session})
	at, _ := slices.BinarySearchFunc(e.waiting, s, func(w, s *sequence) int {
		if w.job.Priority > s.job.Priority || w.job.Priority == s.job.Priority && w.turn <= s.turn {
			return -1
		}
		return 1
	})
	e.waiting = slices.Insert(e.waiting, at, s)
	e.wake.Broadcast()
	return s, nil
}
