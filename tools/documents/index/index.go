package index

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/blevesearch/bleve/v2"
	"github.com/blevesearch/bleve/v2/index/scorch"
	api "github.com/blevesearch/bleve_index_api"
	"github.com/gofrs/flock"
)

// version changes when the form of the index does, or what is read of files: an older one is made anew.
const version = "3"

// Keys of what an index says of itself.
var (
	keySettings = []byte("settings")
	keyFolders  = []byte("folders")
)

// ErrReadOnly is matched by the error of a change where another process writes the index.
var ErrReadOnly = errors.New("another process writes this index")

// ErrOther is matched by the error of reading an index that another process keeps of other
// folders.
var ErrOther = errors.New("another process keeps this index of other folders: give this one an index of its own")

// Options open an [Index].
type Options struct {
	// Settings are what passages depend on, such as their length: an index that was made
	// with others is made anew.
	Settings string

	// Folders are those that passages may be of. Who may read a passage is told by them, so a
	// process does not read an index that another one keeps of other folders.
	Folders []string

	// Embedder names what makes vectors of texts; "" keeps none. Those of another one are
	// forgotten.
	Embedder string
}

// Index is a folder of passages. It is safe for concurrent use.
type Index struct {
	dir      string
	settings string
	folders  string
	lock     *flock.Flock // held if it is the writer

	mu      sync.RWMutex // held for reading while a view is used
	view    *view
	live    bleve.Index // of the writer
	vectors *vectors    // nil without an embedder
	shared  string      // the published state that is read, of a reader

	write   sync.Mutex // changes, one at a time
	records map[string]Record
	batch   pending
}

// Open opens the index in a folder, or makes it. One process at a time writes: the others
// read what it publishes, see [Index.Writable].
func Open(dir string, o Options) (*Index, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	x := &Index{dir: dir, settings: version + " " + o.Settings, folders: strings.Join(slices.Sorted(slices.Values(o.Folders)), "\x00"), records: map[string]Record{}}
	if o.Embedder != "" {
		v, err := openVectors(filepath.Join(dir, "vectors"), o.Embedder)
		if err != nil {
			return nil, fmt.Errorf("the vectors of the index: %w", err)
		}
		x.vectors = v
	}
	ok, err := x.Acquire()
	if err != nil {
		x.vectors.close()
		return nil, err
	}
	if !ok {
		if err := x.refreshShared(); err != nil && !errors.Is(err, os.ErrNotExist) && !errors.Is(err, ErrOther) {
			return nil, err
		}
	}
	return x, nil
}

// Writable reports whether this process may change the index.
func (x *Index) Writable() bool {
	x.mu.RLock()
	defer x.mu.RUnlock()
	return x.live != nil
}

// Acquire makes this process the writer if no other is.
func (x *Index) Acquire() (bool, error) {
	x.write.Lock()
	defer x.write.Unlock()
	if x.Writable() {
		return true, nil
	}
	lock := flock.New(filepath.Join(x.dir, "lock"))
	ok, err := lock.TryLock()
	if err != nil {
		return false, fmt.Errorf("the lock of the index: %w", err)
	}
	if !ok {
		return false, nil
	}
	live, err := x.openLive()
	if err != nil {
		return false, errors.Join(err, lock.Unlock())
	}
	if got, err := live.GetInternal(keyFolders); err != nil || string(got) != x.folders {
		if err := live.SetInternal(keyFolders, []byte(x.folders)); err != nil {
			return false, errors.Join(err, live.Close(), lock.Unlock())
		}
	}
	v, err := newView(live, nil)
	if err != nil {
		return false, errors.Join(err, live.Close(), lock.Unlock())
	}
	x.mu.Lock()
	old := x.view
	x.live, x.lock, x.view, x.records, x.shared = live, lock, v, v.records, ""
	x.mu.Unlock()
	return true, old.close()
}

func (x *Index) path() string { return filepath.Join(x.dir, "live") }

// runtimeConfig bounds what the index keeps in memory and on disk: it merges what it can
// hold before it writes, and keeps no older states.
func runtimeConfig(readOnly bool) map[string]any {
	c := map[string]any{"bolt_timeout": "10s", "numSnapshotsToKeep": 1}
	if readOnly {
		c["read_only"] = true
	}
	return c
}

// openLive opens the writer's index. One that cannot be read or was made otherwise is made
// anew: it holds nothing that the documents don't.
func (x *Index) openLive() (bleve.Index, error) {
	live, err := bleve.OpenUsing(x.path(), runtimeConfig(false))
	if err == nil {
		got, err := live.GetInternal(keySettings)
		if err == nil && string(got) == x.settings {
			return live, nil
		}
		if err := live.Close(); err != nil {
			return nil, err
		}
	}
	for _, old := range []string{x.path(), filepath.Join(x.dir, "shared"), filepath.Join(x.dir, "current")} {
		if err := os.RemoveAll(old); err != nil {
			return nil, fmt.Errorf("an index of an older form: %w", err)
		}
	}
	m, err := newMapping()
	if err != nil {
		return nil, err
	}
	if live, err = bleve.NewUsing(x.path(), m, scorch.Name, scorch.Name, runtimeConfig(false)); err != nil {
		return nil, fmt.Errorf("the index in %s: %w", x.path(), err)
	}
	if err := live.SetInternal(keySettings, []byte(x.settings)); err != nil {
		return nil, errors.Join(err, live.Close())
	}
	return live, nil
}

// Records returns what is known of each file, sorted by name.
func (x *Index) Records() []Record {
	x.mu.RLock()
	defer x.mu.RUnlock()
	if x.view == nil {
		return nil
	}
	out := make([]Record, 0, len(x.view.records))
	for _, f := range slices.Sorted(maps.Keys(x.view.records)) {
		out = append(out, x.view.records[f])
	}
	return out
}

// Record returns what is known of a file.
func (x *Index) Record(file string) (Record, bool) {
	x.mu.RLock()
	defer x.mu.RUnlock()
	if x.view == nil {
		return Record{}, false
	}
	r, ok := x.view.records[file]
	return r, ok
}

// Size returns the number of files and passages.
func (x *Index) Size() (files, passages int) {
	x.mu.RLock()
	defer x.mu.RUnlock()
	if x.view == nil {
		return 0, 0
	}
	return len(x.view.records), x.view.passages
}

// Close ends it. A writer's changes that were not flushed are lost.
func (x *Index) Close() error {
	x.write.Lock()
	defer x.write.Unlock()
	x.mu.Lock()
	defer x.mu.Unlock()
	errs := []error{x.view.close()}
	x.vectors.close()
	x.view = nil
	if x.live != nil {
		errs = append(errs, x.live.Close(), x.lock.Unlock())
		x.live = nil
	}
	return errors.Join(errs...)
}

// view is one state of the index, for readers.
type view struct {
	reader   api.IndexReader
	index    bleve.Index // that the view alone uses, of a reader; nil else
	mapping  analyserSet
	records  map[string]Record
	passages int
	tokens   int
	langs    []string // of the files
	denied   sync.Map // folder -> []uint64, a bit for each doc number
}

// newView opens the state that an index has now. Without records they are read from it.
func newView(idx bleve.Index, records map[string]Record) (*view, error) {
	adv, err := idx.Advanced()
	if err != nil {
		return nil, err
	}
	reader, err := adv.Reader()
	if err != nil {
		return nil, err
	}
	v := &view{reader: reader, mapping: analyserSet{idx.Mapping()}, records: records}
	if records == nil {
		if v.records, err = readRecords(reader); err != nil {
			return nil, errors.Join(err, reader.Close())
		}
	}
	langs := map[string]bool{}
	for _, r := range v.records {
		v.passages += r.Passages
		v.tokens += r.Tokens
		if r.Passages > 0 && r.Language != "" {
			langs[r.Language] = true
		}
	}
	v.langs = slices.Sorted(maps.Keys(langs))
	return v, nil
}

func (v *view) close() error {
	if v == nil {
		return nil
	}
	err := v.reader.Close()
	if v.index != nil {
		err = errors.Join(err, v.index.Close())
	}
	return err
}

// readRecords reads the records that an index holds.
func readRecords(r api.IndexReader) (map[string]Record, error) {
	out := map[string]Record{}
	tfr, err := r.TermFieldReader(context.Background(), []byte(kindRecord), fieldKind, false, false, false)
	if err != nil {
		return nil, err
	}
	defer tfr.Close()
	var doc api.TermFieldDoc
	for {
		d, err := tfr.Next(&doc)
		if err != nil {
			return nil, err
		}
		if d == nil {
			return out, nil
		}
		id, err := r.ExternalID(d.ID)
		if err != nil {
			return nil, err
		}
		var rec Record
		if err := load(r, id, &rec); err != nil {
			return nil, err
		}
		out[rec.File] = rec
	}
}

// errGone is a document that is no longer there.
var errGone = errors.New("it is not in the index")

// load reads the stored JSON of a document.
func load(r api.IndexReader, id string, into any) error {
	doc, err := r.Document(id)
	if err != nil {
		return err
	}
	if doc == nil {
		return errGone
	}
	var raw []byte
	doc.VisitFields(func(f api.Field) {
		if f.Name() == fieldStored {
			raw = f.Value()
		}
	})
	if err := json.Unmarshal(raw, into); err != nil {
		return fmt.Errorf("the index holds %.40q, which cannot be read: %w", id, err)
	}
	return nil
}

// stale is how long a reader goes without looking whether there is a newer state.
const stale = 100 * time.Millisecond
