package documents

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/rs/zerolog"

	"github.com/chaski-dev/chaski/tools/documents/chunk"
	"github.com/chaski-dev/chaski/tools/documents/index"
	"github.com/chaski-dev/chaski/tools/documents/read"
)

// Options configure a [Library]. Folders are needed; zero values have defaults.
type Options struct {
	Folders []Folder

	// Index is the folder of the index. "" is a temporary one, which goes with the library.
	Index string

	Passages int // that a search gives; 0 is 5

	// Budget bounds the passages of one answer of a tool, in tokens as Count counts them:
	// those that fit best come first, and one always does. 0 is no bound.
	Budget int
	Count  func(text string) (tokens int, err error)

	Size     int      // characters of a passage; 0 is 1,000
	Tools    []string // of ToolNames, those that are offered; none is all
	Language string   // of all documents, one of index.Languages; "" tells it from each

	Limits read.Limits // of one file

	// Embedder makes vectors of passages and queries: passages are then found by their
	// meaning as well as by their words. nil searches by words alone.
	Embedder Embedder

	// QueryPrefix and PassagePrefix are written before what is embedded, as some models were
	// trained to read: "search_query: ", "search_document: ".
	QueryPrefix, PassagePrefix string

	// Reranker puts the RerankTop passages that fit best into an order of its own, before the
	// first of them are given. One that takes longer than RerankTime, or fails, changes nothing.
	// nil keeps the search's order.
	Reranker   Reranker
	RerankTop  int           // 0 is 20
	RerankTime time.Duration // for all of them; 0 is 10 s

	// Watch follows changes of the files while the library is open.
	Watch bool

	// Progress is told how far the index is while it is made or caught up. nil is nobody.
	Progress func(p Progress)

	Log zerolog.Logger
}

// Stage is what is being done.
type Stage string

// The stages, in their order.
const (
	Reading   Stage = "reading documents" // counted in files
	Embedding Stage = "making vectors"    // in texts
)

// Progress is how far a stage is. All may be a little too many.
type Progress struct {
	Stage     Stage
	Done, All int
}

// CutShortError is what is returned where the context ends while the index is brought up to
// date. What is done stays: the next time goes on with the rest.
type CutShortError struct {
	Progress
	Err error // the context's
}

func (e *CutShortError) Error() string {
	return fmt.Sprintf("%s: %d of %d are done and stay so, the rest is left for the next start", e.Stage, e.Done, e.All)
}

// Unwrap returns the context's error.
func (e *CutShortError) Unwrap() error { return e.Err }

// Embedder makes vectors of texts, such as an *openai.Embedder or a [ModelEmbedder].
type Embedder interface {
	Name() string // of the model, and where it is
	Embed(ctx context.Context, texts []string) ([][]float32, error)
}

// Library answers from documents. It is safe for concurrent use.
type Library struct {
	opt   Options
	roots []*root
	byKey map[string]*root
	index *index.Index
	temp  string // the index's folder, if it is temporary

	unranked  atomic.Int64 // until when the reranker is not asked, in Unix nanoseconds
	away      atomic.Int64 // until when the embedder is not asked about queries, in Unix nanoseconds
	unwatched sync.Once    // to be said
	syncing   sync.Mutex
	stop      context.CancelFunc
	done      chan struct{}
}

// Open opens the library's index and brings it up to date with the files, which takes a
// while the first time. Where another process keeps the same index, that one does.
func Open(ctx context.Context, o Options) (l *Library, err error) {
	if o.Passages <= 0 {
		o.Passages = 5
	}
	if o.RerankTop <= 0 {
		o.RerankTop = 20
	}
	if o.RerankTime <= 0 {
		o.RerankTime = 10 * time.Second
	}
	l = &Library{opt: o, byKey: map[string]*root{}, done: make(chan struct{})}
	if l.roots, err = newRoots(o.Folders); err != nil {
		return nil, err
	}
	for _, r := range l.roots {
		if l.byKey[r.key] != nil {
			return nil, fmt.Errorf("documents: %s is named twice", r.Path)
		}
		l.byKey[r.key] = r
	}
	if o.Language != "" && !known(o.Language) {
		return nil, fmt.Errorf("documents: language %q: want one of %s", o.Language, strings.Join(index.Languages, ", "))
	}
	dir := o.Index
	if dir == "" {
		if dir, err = os.MkdirTemp("", "chaski-documents-"); err != nil {
			return nil, err
		}
		l.temp = dir
	}
	io := index.Options{Settings: fmt.Sprintf("passages of %d, language %q", o.Size, o.Language)}
	for _, r := range l.roots {
		io.Folders = append(io.Folders, r.key)
	}
	if o.Embedder != nil {
		io.Embedder = o.Embedder.Name()
		if o.PassagePrefix != "" {
			io.Embedder += ", after " + o.PassagePrefix
		}
	}
	if l.index, err = index.Open(dir, io); err != nil {
		return nil, errors.Join(fmt.Errorf("documents: %w", err), l.removeTemp())
	}
	if err := l.ready(ctx); err != nil {
		return nil, errors.Join(err, l.index.Close(), l.removeTemp())
	}
	ctx, l.stop = context.WithCancel(context.Background())
	go l.follow(ctx)
	return l, nil
}

func known(language string) bool {
	for _, l := range index.Languages {
		if l == language {
			return true
		}
	}
	return false
}

// otherTime is how long an index of other folders may be one that is just being caught up
// by a process that has these.
const otherTime = 2 * time.Second

// ready waits until there is an index of the files as they are.
func (l *Library) ready(ctx context.Context) error {
	said := false
	end := time.Now().Add(otherTime)
	for {
		if ok, err := l.index.Acquire(); err != nil {
			return fmt.Errorf("documents: %w", err)
		} else if ok {
			return l.Sync(ctx)
		}
		_, err := l.index.Search(ctx, index.Query{Text: "a", Limit: 1})
		other := errors.Is(err, index.ErrOther)
		if other && time.Now().After(end) {
			return fmt.Errorf("documents: %w", err)
		}
		if !other && !errors.Is(err, index.ErrNotYet) {
			return err
		}
		if !said {
			said = true
			l.opt.Log.Info().Msg("documents: another process is making the index; waiting for it")
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(100 * time.Millisecond):
		}
	}
}

func (l *Library) removeTemp() error {
	if l.temp == "" {
		return nil
	}
	return os.RemoveAll(l.temp)
}

// Close ends it. The index stays, for the next time.
func (l *Library) Close() error {
	l.stop()
	<-l.done
	return errors.Join(l.index.Close(), l.removeTemp())
}

// Failure is a file that could not be read, or not to its end.
type Failure struct{ File, Reason string }

// Failures lists them by name.
func (l *Library) Failures() []Failure {
	var out []Failure
	for _, r := range l.index.Records() {
		if r.Error != "" {
			out = append(out, Failure{r.File, r.Error})
		}
	}
	return out
}

// Size returns the number of files, those that could not be read included, and of passages.
func (l *Library) Size() (files, passages int) { return l.index.Size() }

// chunks are how a file is cut.
func (l *Library) chunks() chunk.Options { return chunk.Options{Size: l.opt.Size} }
