package index

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"maps"
	"strings"

	"github.com/blevesearch/bleve/v2"
	api "github.com/blevesearch/bleve_index_api"
)

// Bounds of a batch: it is in memory until it is on disk.
const (
	batchBytes    = 1 << 20
	batchPassages = 1000
)

// pending is a batch that is being put together.
type pending struct {
	batch    *bleve.Batch
	bytes    int
	passages int
	records  map[string]*Record // by file; nil takes it out
}

// HashText names a passage's text.
func HashText(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:8])
}

// Put replaces what the index holds of a file. The passages have their numbers from 1 on,
// without gaps. It is searched after the next [Index.Flush].
func (x *Index) Put(rec Record, passages []Passage) error {
	c, err := x.Change(rec)
	if err != nil {
		return err
	}
	return errors.Join(c.Add(passages), c.End(rec))
}

// Change is a file's passages that come in parts, so that those of a long one need not be
// in memory together. Nothing else is changed until it has ended.
type Change struct {
	x      *Index
	rec    Record
	old    Record
	sample sample
}

// Change begins to replace what the index holds of a file, whose folders and language its
// record has.
func (x *Index) Change(rec Record) (*Change, error) {
	x.write.Lock()
	defer x.write.Unlock()
	if x.live == nil {
		return nil, ErrReadOnly
	}
	old, had := x.known(rec.File)
	if had && old.Partial { // nobody knows how far it came
		if err := x.purge(rec.File); err != nil {
			return nil, err
		}
		old.Passages = 0
	}
	rec.Passages = 0
	return &Change{x: x, rec: rec, old: old}, nil
}

// Add adds the next passages.
func (c *Change) Add(passages []Passage) error {
	x := c.x
	x.write.Lock()
	defer x.write.Unlock()
	if x.live == nil {
		return ErrReadOnly
	}
	x.start()
	for _, p := range passages {
		p.File, p.Folders, p.Hash = c.rec.File, c.rec.Folders, HashText(p.Text)
		if x.batch.full() {
			part := c.rec
			part.Partial, part.Passages, part.Tokens = true, max(c.rec.Passages, c.old.Passages), max(c.sample.all(), c.old.Tokens)
			if err := x.putRecord(part); err != nil {
				return err
			}
			if err := x.flush(); err != nil {
				return err
			}
			x.start()
		}
		c.sample.add(x, p, c.rec.Language)
		c.rec.Passages++
		// The name of the file and the headings are found too.
		body := joined(strings.Join([]string{fileWords(p.File), p.Heading, p.Text}, "\n"))
		if err := x.batch.batch.Index(passageID(p.File, p.Number), &row{language: c.rec.Language, Body: body, File: p.File, Folder: p.Folders, Hash: p.Hash, Stored: stored(p)}); err != nil {
			return err
		}
		x.batch.bytes += len(body)
		x.batch.passages++
	}
	return nil
}

// End ends it with the file's record, which may say more than it did at the beginning.
func (c *Change) End(rec Record) error {
	x := c.x
	x.write.Lock()
	defer x.write.Unlock()
	if x.live == nil {
		return ErrReadOnly
	}
	x.start()
	rec.Passages, rec.Tokens = c.rec.Passages, c.sample.all()
	for n := rec.Passages + 1; n <= c.old.Passages; n++ {
		x.batch.batch.Delete(passageID(rec.File, n))
	}
	if err := x.putRecord(rec); err != nil {
		return err
	}
	if x.batch.full() {
		return x.flush()
	}
	return nil
}

func (p *pending) full() bool { return p.bytes >= batchBytes || p.passages >= batchPassages }

// fileWords is the name of a file as words.
func fileWords(file string) string {
	if at := strings.LastIndexByte(file, '.'); at > strings.LastIndexByte(file, '/') {
		file = file[:at]
	}
	return strings.Map(func(r rune) rune {
		switch r {
		case '/', '_', '-', '.':
			return ' '
		}
		return r
	}, file)
}

// Touch replaces a file's record where its passages stay as they are.
func (x *Index) Touch(rec Record) error {
	x.write.Lock()
	defer x.write.Unlock()
	if x.live == nil {
		return ErrReadOnly
	}
	old, ok := x.known(rec.File)
	if !ok || old.Partial {
		return fmt.Errorf("%s: %w", rec.File, errGone)
	}
	rec.Passages, rec.Tokens, rec.Language = old.Passages, old.Tokens, old.Language
	x.start()
	return x.putRecord(rec)
}

// Delete takes a file out.
func (x *Index) Delete(file string) error {
	x.write.Lock()
	defer x.write.Unlock()
	if x.live == nil {
		return ErrReadOnly
	}
	old, ok := x.known(file)
	if !ok {
		return nil
	}
	if old.Partial {
		if err := x.purge(file); err != nil {
			return err
		}
		old.Passages = 0
	}
	x.start()
	for n := 1; n <= old.Passages; n++ {
		x.batch.batch.Delete(passageID(file, n))
	}
	x.batch.passages += old.Passages / 10
	x.batch.batch.Delete(recordID(file))
	x.batch.records[file] = nil
	if x.batch.full() {
		return x.flush()
	}
	return nil
}

// Flush makes all changes so far lasting and visible.
func (x *Index) Flush() error {
	x.write.Lock()
	defer x.write.Unlock()
	if x.live == nil {
		return ErrReadOnly
	}
	return x.flush()
}

// known is a file's record, changes that are not flushed included.
func (x *Index) known(file string) (Record, bool) {
	if r, ok := x.batch.records[file]; ok {
		if r == nil {
			return Record{}, false
		}
		return *r, true
	}
	r, ok := x.records[file]
	return r, ok
}

func (x *Index) start() {
	if x.batch.batch == nil {
		x.batch = pending{batch: x.live.NewBatch(), records: map[string]*Record{}}
	}
}

func (x *Index) putRecord(rec Record) error {
	x.batch.records[rec.File] = &rec
	x.batch.bytes += 200
	return x.batch.batch.Index(recordID(rec.File), &row{language: Languages[0], Kind: kindRecord, Stored: stored(rec)})
}

func (x *Index) flush() error {
	b := x.batch
	x.batch = pending{}
	if b.batch == nil {
		return nil
	}
	if err := x.live.Batch(b.batch); err != nil { // it returns once the batch is on disk
		return fmt.Errorf("the index in %s: %w", x.path(), err)
	}
	records := maps.Clone(x.records)
	for file, r := range b.records {
		if r == nil {
			delete(records, file)
		} else {
			records[file] = *r
		}
	}
	v, err := newView(x.live, records)
	if err != nil {
		return err
	}
	x.records = records
	x.mu.Lock()
	old := x.view
	x.view = v
	x.mu.Unlock()
	return old.close()
}

// purge deletes every passage of a file, however many there are.
func (x *Index) purge(file string) error {
	if err := x.flush(); err != nil {
		return err
	}
	ids, err := x.passagesOf(file)
	if err != nil {
		return err
	}
	for len(ids) > 0 {
		x.start()
		n := min(len(ids), 10*batchPassages)
		for _, id := range ids[:n] {
			x.batch.batch.Delete(id)
		}
		ids = ids[n:]
		if err := x.flush(); err != nil {
			return err
		}
	}
	return nil
}

// passagesOf lists the ids of all passages of a file.
func (x *Index) passagesOf(file string) (ids []string, err error) {
	x.mu.RLock()
	defer x.mu.RUnlock()
	tfr, err := x.view.reader.TermFieldReader(context.Background(), []byte(file), fieldFile, false, false, false)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, tfr.Close()) }()
	for {
		d, err := tfr.Next(&api.TermFieldDoc{})
		if err != nil || d == nil {
			return ids, err
		}
		id, err := x.view.reader.ExternalID(d.ID)
		if err != nil {
			return nil, err
		}
		ids = append(ids, id)
	}
}

// sampled is how many passages of a file are analysed to estimate how many tokens all have.
const sampled = 3

// sample estimates how many tokens passages have, from the first of them: the index counts
// them too late for the record, and BM25 needs only their average.
type sample struct {
	passages      int
	tokens, bytes int // of the first
	size          int // in bytes, of all
}

func (s *sample) add(x *Index, p Passage, language string) {
	n := len(p.Heading) + len(p.Text) + len(p.File)
	s.size += n
	if s.passages++; s.passages <= sampled {
		s.tokens += len(analyserSet{x.live.Mapping()}.analyse(joined(fileWords(p.File)+"\n"+p.Heading+"\n"+p.Text), language))
		s.bytes += n
	}
}

func (s *sample) all() int {
	if s.bytes == 0 {
		return 0
	}
	return int(float64(s.tokens) * float64(s.size) / float64(s.bytes))
}
