package engine

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"sync"

	"github.com/chaski-dev/chaski/llm"
	"github.com/chaski-dev/chaski/llm/chat"
	"github.com/chaski-dev/chaski/llm/gguf"
	"github.com/chaski-dev/chaski/llm/grammar"
	"github.com/chaski-dev/chaski/llm/kv"
	"github.com/chaski-dev/chaski/llm/llama"
	"github.com/chaski-dev/chaski/llm/tensor"
	"github.com/chaski-dev/chaski/llm/tokenizer"
)

// Options say how a model is run. The zero value is ready to use.
type Options struct {
	Threads  int    // 0 is one for each processor, as far as a quota of control groups goes
	Cache    string // number format of the KV cache: f32, f16 (also "") or q8_0
	Tokens   int    // room of the cache; 0 is the model's context, at most 32,768
	PageSize int    // tokens in a page; 0 is kv.DefaultPageTokens
	Chunk    int    // prompt tokens in one pass; 0 is DefaultChunk
	Batch    int    // sequences decoded together at most; 0 is DefaultBatch
	NoDrafts bool   // no speculation
	Draft    string // a small model of the same vocabulary, file or directory, that guesses what this one writes; "" is none
	IDs      bool   // open models without a tokenizer that can be read, or that no conversation can be written for: they run on token ids, and embed
	// Adapters are LoRA adapters by the names under which requests ask for them: GGUF files
	// or folders of PEFT's.
	Adapters map[string]string

	Template  string // a chat template in Jinja, in place of the one in the model's file
	Dialect   string // how calls are written, one of chat.Dialects, whatever the template says
	CacheDir  string // where pages go when memory runs short and at the end; "" is nowhere
	DiskLimit int64  // bytes of the page file; 0 is kv.DefaultDiskLimit

	// Report, if not nil, is told what went wrong with the page file. The engine has
	// already gone on without it.
	Report func(error)
}

// beamsKey is where a model file says how many beams its makers advise, beside the keys of
// that kind that llama.cpp knows: general.sampling.temp and others.
const beamsKey = "general.sampling.beams"

// DefaultBatch is the number of sequences that are decoded together.
const DefaultBatch = 32

// ErrClosed is the error of a request to an engine that was closed.
var ErrClosed = errors.New("engine is closed")

// Engine runs requests on one model. It is safe for concurrent use.
type Engine struct {
	o        Options
	model    *llama.Model
	tok      *tokenizer.Tokenizer // nil if the model carries none that can be read
	tokErr   error                // why
	words    *tokenizer.Tokenizer // the same, also of a model that no conversation can be written for
	vectors  vectors
	adapters map[string]*llama.Adapter
	format   *chat.Format // how the model is talked to; nil without a tokenizer
	begin    int32        // the token that every prompt begins with, or -1
	threads  *tensor.Pool
	pages    *kv.Pool
	disk     *kv.Disk
	cache    *kv.Cache
	runner   *llama.Runner
	draft    *draftModel // nil is none
	context  int
	ends     []int32 // tokens that end a turn
	beams    int     // of requests that don't say
	call     float64 // the least probability of opening a call at which beams call
	sure     confidence
	experts  experts

	mu       sync.Mutex
	wake     *sync.Cond
	waiting  []*sequence // the next one first
	live     []*sequence // only the loop changes it, holding mu
	sessions map[sessionKey]kept
	tasks    []func() // for the loop, which alone touches the cache
	left     bool     // somebody left a sequence
	turns    turns
	stats    Stats
	closed   bool
	ended    chan struct{}

	odds   [sources]odds // of drafts; the loop's, as pace and fronts
	pace   pace
	fronts []front

	blameOnce sync.Once
	blamed    error // of a model with weights that are no numbers

	grammarMu sync.Mutex
	vocab     *grammar.Vocab // made by the first constrained request
	grammars  map[[32]byte]*grammar.Grammar
}

// Stats is the state of an engine.
type Stats struct {
	Waiting, Live      int
	Pages, Free        int
	Cached             int // pages that only the prefix cache holds
	Passes             int
	Rows, Written      int // tokens that passes read, drafts among them; tokens that were generated
	Evicted, Spilled   int // pages
	Restored, Unusable int // pages on disk
}

// Open loads a model from a GGUF file or a directory and starts an engine.
func Open(path string, o Options) (*Engine, error) {
	m, err := llama.Open(path, llama.Options{})
	if err != nil {
		return nil, err
	}
	e, err := New(m, o)
	if err != nil {
		return nil, errors.Join(err, m.Close())
	}
	if m.File == nil {
		tok, err := tokenizer.LoadDir(path)
		src, bad := SourceOfDir(path)
		if err == nil {
			err = bad
		}
		e.setTokenizer(tok, src, err)
	}
	return e.readable(path)
}

// readable refuses a model that no text can be given to, here and not in a run, and opens
// the draft model.
func (e *Engine) readable(path string) (*Engine, error) {
	if e.tok != nil || e.o.IDs {
		if e.o.Draft == "" || e.o.NoDrafts {
			return e, nil
		}
		if err := e.openDraft(); err != nil {
			return nil, errors.Join(err, e.Close())
		}
		return e, nil
	}
	return nil, errors.Join(fmt.Errorf("%s: no text can be given to this model: %w", path, e.tokErr), e.Close())
}

// setTokenizer takes what was read of the model's vocabulary and of the tokens that end
// its turns: those of Llama's names, and those that its files name.
func (e *Engine) setTokenizer(tok *tokenizer.Tokenizer, src chat.Source, err error) {
	e.tok, e.tokErr, e.begin = tok, err, -1
	if e.words = nil; err == nil {
		e.words = tok
	}
	if err == nil {
		if id, ok := tok.Begin(); ok {
			e.begin = id
		}
		e.tokErr = e.speak(src)
	}
	if e.tokErr != nil {
		e.tok = nil
		return
	}
	e.tok = vocabularyFor(tok, e.format)
	e.ends = EndsOf(tok)
}

// EndsOf returns the tokens that end a turn: those of Llama's names, and those that the
// model's files name.
func EndsOf(tok *tokenizer.Tokenizer) []int32 {
	ends := slices.Clone(tok.Ends())
	for _, name := range []string{chat.EndTurn, chat.EndMessage, chat.EndOfText} {
		if id, ok := tok.Special(name); ok && !slices.Contains(ends, id) {
			ends = append(ends, id)
		}
	}
	return ends
}

// OpenBytes is Open for a GGUF file in memory, such as an embedded one.
func OpenBytes(data []byte, o Options) (*Engine, error) {
	f, err := gguf.Parse(data)
	if err != nil {
		return nil, err
	}
	m, err := llama.Load(f)
	if err != nil {
		return nil, err
	}
	e, err := New(m, o)
	if err != nil {
		return nil, err
	}
	return e.readable("the model in memory")
}

// New starts an engine on a loaded model, which it closes at its end. The draft model is
// opened by Open and OpenBytes.
func New(m *llama.Model, o Options) (e *Engine, err error) {
	if o.Tokens < 0 || o.Chunk < 0 || o.Batch < 0 || o.PageSize < 0 || o.DiskLimit < 0 {
		return nil, fmt.Errorf("engine: a negative limit in %+v", o)
	}
	if o.Chunk == 0 {
		o.Chunk = DefaultChunk
	}
	if o.Batch == 0 {
		o.Batch = DefaultBatch
	}
	if o.Tokens == 0 {
		o.Tokens = min(m.Context, 32768)
	}
	if o.PageSize == 0 {
		o.PageSize = kv.DefaultPageTokens
	}
	if o.Cache == "" {
		o.Cache = "f16"
	}
	format, err := tensor.ParseType(o.Cache)
	if err != nil {
		return nil, fmt.Errorf("engine: %w", err)
	}
	e = &Engine{vectors: vectors{end: -1}, o: o, model: m, sessions: map[sessionKey]kept{}, grammars: map[[32]byte]*grammar.Grammar{}, ended: make(chan struct{}), odds: firstOdds, pace: newPace()}
	e.wake = sync.NewCond(&e.mu)
	if e.pages, err = kv.NewPool(m.KVShape(), format, o.PageSize, (o.Tokens+o.PageSize-1)/o.PageSize+1); err != nil {
		return nil, err
	}
	e.context = min(m.Context, o.Tokens)
	e.threads = tensor.NewPool(o.Threads)
	if e.runner, err = llama.NewRunner(m, e.threads, e.pages); err != nil {
		e.threads.Close()
		return nil, errors.Join(err, e.pages.Close())
	}
	if e.adapters, err = adapters(m, o.Adapters); err != nil {
		e.threads.Close()
		return nil, errors.Join(err, e.pages.Close())
	}
	e.call = defaultCall
	if m.File != nil {
		// A model without a tokenizer runs on ids; Generate says so.
		tok, err := tokenizer.FromGGUF(m.File)
		src, wrong := SourceOf(m.File)
		e.setTokenizer(tok, src, cmp.Or(err, wrong))
		e.vectors = vectorsOf(m.File)
		err = e.habits(m.File)
		if err == nil {
			e.experts, err = expertsOf(m.File)
		}
		if err != nil {
			e.threads.Close()
			return nil, errors.Join(err, e.pages.Close())
		}
	}
	if o.CacheDir != "" && m.File != nil {
		e.disk, err = kv.OpenDisk(e.pages, kv.DiskOptions{Dir: o.CacheDir, Model: Fingerprint(m.File), Limit: o.DiskLimit})
		if err != nil {
			e.report(err)
			e.disk = nil
		}
	}
	e.cache = kv.NewCache(e.pages, e.disk)
	e.cache.Report = e.report
	go e.loop()
	return e, nil
}

// habits reads how the model's file wants it to be decoded.
func (e *Engine) habits(f *gguf.File) error {
	beams, err := f.Int(beamsKey)
	switch {
	case err == nil:
		e.beams = min(max(beams, 1), llm.MaxBeams)
	case !errors.Is(err, gguf.ErrMissing):
		return err
	}
	call, err := f.Float(callKey)
	switch {
	case err == nil && call > 0 && call <= 1:
		e.call = call
	case err == nil:
		return &gguf.KeyError{Key: callKey, Err: fmt.Errorf("%g, want a probability", call)}
	case !errors.Is(err, gguf.ErrMissing):
		return err
	}
	e.sure = fitted(f)
	return nil
}

func (e *Engine) report(err error) {
	if e.o.Report != nil {
		e.o.Report(err)
	}
}

// Fingerprint names a model's weights: a hash of every tensor's name, type and shape
// and of three samples of its data. Reading all of a large file would take seconds.
func Fingerprint(f *gguf.File) [32]byte {
	const sample = 4096
	h := sha256.New()
	for i := range f.Tensors {
		t := &f.Tensors[i]
		fmt.Fprintf(h, "%q %v %v\n", t.Name, t.Type, t.Shape)
		n := len(t.Data)
		for _, at := range []int{0, n / 2, n - sample} {
			at = max(at, 0)
			h.Write(t.Data[at:min(at+sample, n)])
		}
	}
	for _, key := range f.Keys() {
		if v, ok := f.Value(key); ok && len(key) > 6 && key[:6] == "llama." {
			fmt.Fprintf(h, "%s=%v\n", key, v)
		}
	}
	_ = binary.Write(h, binary.LittleEndian, f.Size)
	return [32]byte(h.Sum(nil))
}

// Close ends all requests with [ErrClosed], keeps the cached pages on disk if there is
// a page file, and gives the memory back.
func (e *Engine) Close() error {
	e.mu.Lock()
	if e.closed {
		e.mu.Unlock()
		return nil
	}
	e.closed = true
	e.wake.Broadcast()
	e.mu.Unlock()
	<-e.ended
	e.cache.Flush()
	e.threads.Close()
	var err error
	if e.disk != nil {
		err = e.disk.Close()
	}
	if e.draft != nil {
		err = errors.Join(err, e.draft.Close())
	}
	return errors.Join(err, e.pages.Close(), e.model.Close())
}

// Info implements [llm.Model].
func (e *Engine) Info() llm.Info {
	i := llm.Info{Name: e.model.Name, ContextTokens: e.context, ExactTokens: true, Constrained: e.tok != nil, Calibrated: e.sure.fitted, Embedding: e.model.Width}
	if e.vectors.err != nil {
		i.Embedding = 0
	}
	return i
}

// Model returns the weights, Tokenizer the vocabulary, nil if the file has none.
func (e *Engine) Model() *llama.Model { return e.model }

// Tokenizer returns the model's vocabulary; nil if the file has none.
func (e *Engine) Tokenizer() *tokenizer.Tokenizer { return e.tok }

// Stats returns the state after the last pass.
func (e *Engine) Stats() Stats {
	e.mu.Lock()
	defer e.mu.Unlock()
	s := e.stats
	s.Waiting, s.Live = len(e.waiting), len(e.live)
	return s
}

var _ llm.Keeper = (*Engine)(nil)

// EndSession says that no more turns of a session will come: its pages are worth no
// more than others.
func (e *Engine) EndSession(tenant, session string) {
	e.mu.Lock()
	defer e.mu.Unlock()
	key := sessionKey{tenant, session}
	if k, ok := e.sessions[key]; ok {
		delete(e.sessions, key)
		e.tasks = append(e.tasks, func() { e.cache.Pin(k.owner, k.ids, false) })
		e.wake.Broadcast()
	}
}

// ErrNoCacheDir is the error of a suspension without a page file to go to.
var ErrNoCacheDir = errors.New("there is no page file: Options.CacheDir is not set, or could not be used")

// Suspend writes the pages of a session to disk and makes their memory the first to be
// used for others: the run waits, for a person or a long time. Its next turn reads them
// back, in this process or another one. A session that is not known has no pages.
func (e *Engine) Suspend(ctx context.Context, tenant, session string) error {
	done := make(chan error, 1)
	e.mu.Lock()
	if e.closed {
		e.mu.Unlock()
		return fmt.Errorf("engine: %w", ErrClosed)
	}
	k := e.sessions[sessionKey{tenant, session}]
	e.tasks = append(e.tasks, func() {
		if e.disk == nil {
			done <- fmt.Errorf("engine: %w", ErrNoCacheDir)
			return
		}
		e.cache.Pin(k.owner, k.ids, false)
		err := e.cache.Suspend(k.owner, k.ids)
		e.count() // before the caller looks
		done <- err
	})
	delete(e.sessions, sessionKey{tenant, session})
	e.wake.Broadcast()
	e.mu.Unlock()
	select {
	case err := <-done:
		return err
	case <-ctx.Done():
		return ctx.Err()
	case <-e.ended:
		return fmt.Errorf("engine: %w", ErrClosed)
	}
}

// front is the beginning of prompts that many requests share: system prompt and tools.
type front struct {
	tenant string
	ids    []int32
}

// maxFronts bounds the fronts whose pages are pinned: those used latest.
const maxFronts = 16

// pinFront pins the pages of a request's front once they are computed. The loop calls it.
func (e *Engine) pinFront(s *sequence) {
	f := front{s.job.owner(), s.job.Prompt[:min(s.job.front, len(s.job.Prompt))]}
	if len(f.ids) == 0 {
		return
	}
	at := slices.IndexFunc(e.fronts, func(o front) bool { return o.tenant == f.tenant && slices.Equal(o.ids, f.ids) })
	if at >= 0 {
		e.cache.Pin(f.tenant, f.ids, false) // anew: some may have been evicted and computed again
		e.fronts = slices.Delete(e.fronts, at, at+1)
	} else if len(e.fronts) == maxFronts {
		e.cache.Pin(e.fronts[0].tenant, e.fronts[0].ids, false)
		e.fronts = slices.Delete(e.fronts, 0, 1)
	}
	e.cache.Pin(f.tenant, f.ids, true)
	e.fronts = append(e.fronts, f)
}

type sessionKey struct{ tenant, session string }

// kept are the tokens of a session's latest turn, and whose pages they are.
type kept struct {
	owner string
	ids   []int32
}

// keep pins the pages of a session's latest turn in place of those of the turn before.
// The loop calls it.
func (e *Engine) keep(s *sequence) {
	if s.job.Session == "" {
		return
	}
	ids := slices.Clone(s.ids[:s.table.Len()])
	e.mu.Lock()
	key := sessionKey{s.job.Tenant, s.job.Session}
	old := e.sessions[key]
	e.sessions[key] = kept{s.job.owner(), ids}
	e.mu.Unlock()
	e.cache.Pin(s.job.owner(), ids, true)
	e.cache.Pin(old.owner, old.ids, false)
}
