package documents

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/chaski-dev/chaski/tools/documents/chunk"
	"github.com/chaski-dev/chaski/tools/documents/index"
	"github.com/chaski-dev/chaski/tools/documents/read"
)

// racy is how long after a change another one may leave the same time behind.
const racy = 2 * time.Second

// publishEvery is how often readers in other processes see how far a long catch-up is.
const publishEvery = 10 * time.Second

// Sync brings the index up to date with the files as they are now: those that were added
// or changed are read, those that are gone are taken out. Where another process keeps
// the index it does nothing.
func (l *Library) Sync(ctx context.Context) error {
	l.syncing.Lock()
	defer l.syncing.Unlock()
	_, err := l.sync(ctx)
	return err
}

// job is a file to be read.
type job struct {
	file  *found
	old   index.Record
	known bool
}

// part is what came of a file that was read, or some of it.
type part struct {
	record   index.Record // as far as it is known
	passages []index.Passage
	same     bool // only the record has changed
	last     bool
	warn     bool // of its error, which is new
}

// partBytes is how much text a part has at most, or one passage.
const partBytes = 256 << 10

// sync returns the folders on disk, for those who watch them.
func (l *Library) sync(ctx context.Context) (dirs []string, err error) {
	if !l.index.Writable() {
		return nil, nil
	}
	files, dirs := scan(l.roots)
	records := map[string]index.Record{}
	for _, r := range l.index.Records() {
		records[r.File] = r
	}
	var jobs []*job
	for _, f := range files {
		old, ok := records[f.name]
		delete(records, f.name)
		if ok && unchanged(f, old) {
			continue
		}
		jobs = append(jobs, &job{file: f, old: old, known: ok})
	}
	if len(jobs) == 0 && len(records) == 0 {
		return dirs, errors.Join(l.publishFirst(), l.embed(ctx))
	}
	// What is gone, or lies in other folders now, is taken out before anything is read, which
	// may take long: nobody is answered from where it lay.
	for _, j := range jobs {
		if j.known && !slices.Equal(j.old.Folders, j.file.folders()) {
			records[j.file.name] = j.old
			j.known = false
		}
	}
	for file := range records {
		if err := l.index.Delete(file); err != nil {
			return dirs, err
		}
	}
	if len(records) > 0 {
		if err := l.index.Flush(); err != nil {
			return dirs, err
		}
	}
	if done, err := l.readAll(ctx, jobs); err != nil {
		lost := l.index.Flush()
		if lost == nil && ctx.Err() != nil && errors.Is(err, ctx.Err()) {
			return dirs, &CutShortError{Progress{Reading, done, len(jobs)}, err}
		}
		return dirs, errors.Join(err, lost)
	}
	if err := l.index.Flush(); err != nil {
		return dirs, err
	}
	return dirs, errors.Join(l.index.Publish(), l.embed(ctx))
}

// publishFirst publishes an index that was never published: its writer died before.
func (l *Library) publishFirst() error {
	if l.index.Published() {
		return nil
	}
	return l.index.Publish()
}

// unchanged reports whether a file is as its record says, without reading it.
func unchanged(f *found, r index.Record) bool {
	if f.err != nil {
		return r.Error == f.err.Error()
	}
	return !r.Partial && !r.Fresh && r.Size == f.size && r.Modified.Equal(f.time) && slices.Equal(r.Folders, f.folders())
}

// readAll reads files, somewhat ahead of the index's batches, and returns how many were read.
func (l *Library) readAll(ctx context.Context, jobs []*job) (done int, err error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	ahead := make(chan part, 4)
	go func() {
		defer close(ahead)
		open := map[*root]*opened{}
		defer func() {
			for _, o := range open {
				o.close()
			}
		}()
		for _, j := range jobs {
			if !l.read(ctx, j, open, func(p part) bool {
				select {
				case ahead <- p:
					return true
				case <-ctx.Done():
					return false
				}
			}) {
				return
			}
		}
	}()
	last := time.Now()
	var change *index.Change
	for p := range ahead {
		if err := ctx.Err(); err != nil {
			return done, err
		}
		if err := l.take(p, &change); err != nil {
			return done, err
		}
		if !p.last {
			continue
		}
		if done++; l.opt.Progress != nil {
			l.opt.Progress(Progress{Reading, done, len(jobs)})
		}
		if time.Since(last) > publishEvery {
			last = time.Now()
			if err := errors.Join(l.index.Flush(), l.index.Publish()); err != nil {
				return done, err
			}
		}
	}
	return done, ctx.Err()
}

// take puts what was read of a file into the index; c is the change that its parts before
// have begun.
func (l *Library) take(p part, c **index.Change) (err error) {
	if p.warn {
		l.opt.Log.Warn().Str("file", p.record.File).Str("reason", p.record.Error).Msg("documents: a file could not be read")
	}
	if p.same {
		return l.index.Touch(p.record)
	}
	if *c == nil {
		if *c, err = l.index.Change(p.record); err != nil {
			return err
		}
	}
	if err := (*c).Add(p.passages); err != nil || !p.last {
		return err
	}
	err = (*c).End(p.record)
	*c = nil
	return err
}

// read reads one file into passages, and gives them in parts until give returns false. What
// is wrong with it goes into its record.
func (l *Library) read(ctx context.Context, j *job, open map[*root]*opened, give func(part) bool) bool {
	f := j.file
	p := part{record: index.Record{File: f.name, Folders: f.folders(), Size: f.size, Modified: f.time, Fresh: !f.time.IsZero() && time.Since(f.time) < racy, Language: "en"}}
	end := func(err error) bool {
		if p.last = true; err != nil {
			p.record.Error = oneLine(err)
		}
		p.warn = p.record.Error != "" && p.record.Error != j.old.Error
		return give(p)
	}
	data, err := l.bytes(f, open)
	if err != nil {
		return end(err)
	}
	sum := sha256.Sum256(data)
	p.record.Hash = hex.EncodeToString(sum[:])
	if j.known && !j.old.Partial && j.old.Hash == p.record.Hash {
		p.record.Title, p.record.Error, p.same = j.old.Title, j.old.Error, true
		return end(nil)
	}
	language := func() {
		if p.record.Language = l.opt.Language; p.record.Language == "" {
			p.record.Language = index.Language(sample(p.passages))
		}
	}
	size, parts, ok := 0, 0, true
	cut := chunk.New(l.chunks(), func(c chunk.Passage) bool {
		p.passages = append(p.passages, index.Passage{Number: c.Number, Page: c.Page, Last: c.Last, Heading: c.Heading, Text: c.Text})
		if size += len(c.Text); size >= partBytes {
			if parts == 0 {
				language()
			}
			parts++
			ok = give(p)
			p.passages, size = nil, 0
		}
		return ok
	})
	err = read.Read(ctx, f.path, data, l.opt.Limits, func(b read.Block) bool {
		if b.Level > 0 && p.record.Title == "" {
			p.record.Title = strings.Clone(b.Text) // not the page around it
		}
		return cut.Add(b)
	})
	cut.End()
	if parts == 0 {
		language()
	}
	return ok && end(err)
}

func (l *Library) bytes(f *found, open map[*root]*opened) ([]byte, error) {
	if f.err != nil {
		return nil, f.err
	}
	o := open[f.root]
	if o == nil {
		var err error
		if o, err = f.root.open(); err != nil {
			return nil, plainError(err)
		}
		open[f.root] = o
	}
	return o.bytes(f.path, l.opt.Limits.MaxBytes())
}

// sample is the beginning of a document, to tell its language.
func sample(passages []index.Passage) string {
	var b strings.Builder
	for _, p := range passages {
		if b.WriteString(p.Text + "\n"); b.Len() > 8<<10 {
			break
		}
	}
	return b.String()
}

func oneLine(err error) string { return strings.Join(strings.Fields(err.Error()), " ") }
