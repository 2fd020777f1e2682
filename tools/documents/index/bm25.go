package index

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"sync"

	api "github.com/blevesearch/bleve_index_api"
)

// The constants of BM25 (Robertson and Zaragoza, The Probabilistic Relevance Framework, 2009),
// with Lucene's values and its idf, which is never negative.
const (
	k1 = 1.2
	b  = 0.75
)

// Query asks for passages.
type Query struct {
	Text  string
	Limit int      // of passages; 0 is 10
	Deny  []string // folders whose passages are not to be found
	Plain bool     // looks for the words as they are: no related ones, and all of them

	// Vector is what the embedder makes of the text: passages are then found by it too.
	Vector []float32
}

// Hit is a passage that was found.
type Hit struct {
	Passage
	Score float64
}

// Search returns the passages that fit best, best first: by BM25, and by their vectors too
// if the query has one. Equal scores are in the
// order of files and numbers.
func (x *Index) Search(ctx context.Context, q Query) ([]Hit, error) {
	var out []Hit
	if q.Limit <= 0 {
		q.Limit = 10
	}
	err := x.read(func(v *view) (err error) {
		if q.Vector == nil || x.vectors == nil {
			out, err = v.search(ctx, q)
			return err
		}
		if !x.Writable() { // the writer adds to the file
			if err := x.vectors.refresh(); err != nil {
				return err
			}
		}
		out, err = v.hybrid(ctx, q, x.vectors)
		return err
	})
	return out, err
}

// read calls do with the newest state.
func (x *Index) read(do func(v *view) error) error {
	if err := x.refreshShared(); err != nil {
		return err
	}
	x.mu.RLock()
	defer x.mu.RUnlock()
	if x.view == nil {
		return ErrNotYet
	}
	return do(x.view)
}

// sums are the scores of documents by number, kept for the next search.
type sums struct {
	score []float32
	hit   []uint32  // numbers whose score is not 0
	part  []float32 // of the query's word that is looked for
	held  []uint32  // numbers whose part is not 0
}

// settle adds what a word of the query is worth: of it and its relatives, that which is
// worth most.
func (s *sums) settle() {
	for _, n := range s.held {
		if s.score[n] == 0 {
			s.hit = append(s.hit, n)
		}
		s.score[n] += s.part[n]
		s.part[n] = 0
	}
	s.held = s.held[:0]
}

var sumsPool = sync.Pool{New: func() any { return new(sums) }}

func (v *view) search(ctx context.Context, q Query) ([]Hit, error) {
	deny, err := v.deny(ctx, q.Deny)
	if err != nil || v.passages == 0 {
		return nil, err
	}
	s := sumsPool.Get().(*sums)
	defer func() {
		s.settle() // of a search that failed
		for _, n := range s.hit {
			s.score[n] = 0
		}
		s.hit = s.hit[:0]
		sumsPool.Put(s)
	}()
	average := max(float64(v.tokens)/float64(v.passages), 1)
	for _, m := range v.meanings(q) {
		if err := v.score(ctx, m.term, 1, average, deny, s); err != nil {
			return nil, err
		}
		for _, u := range m.related {
			if err := v.score(ctx, u, relatedShare, average, deny, s); err != nil {
				return nil, err
			}
		}
		s.settle()
	}
	return v.best(s, q.Limit)
}

// score notes what one term is worth to the passages that hold it, weighted.
func (v *view) score(ctx context.Context, term string, weight, average float64, deny []uint64, s *sums) (err error) {
	tfr, err := v.reader.TermFieldReader(ctx, []byte(term), fieldBody, true, true, false)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, tfr.Close()) }()
	df := float64(tfr.Count())
	if df == 0 {
		return nil
	}
	idf := math.Log(1 + (max(float64(v.passages)-df, 0)+0.5)/(df+0.5))
	var doc api.TermFieldDoc
	for n := 0; ; n++ {
		if n%4096 == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		d, err := tfr.Next(&doc)
		if err != nil || d == nil {
			return err
		}
		id := int(d.ID.Value())
		if denied(deny, id) {
			continue
		}
		for id >= len(s.score) {
			more := make([]float32, max(id+1-len(s.score), 4096))
			s.score, s.part = append(s.score, more...), append(s.part, more...)
		}
		length := 1 / (d.Norm * d.Norm) // the norm is the root of the length's inverse
		tf := float64(d.Freq)
		worth := float32(weight * idf * tf * (k1 + 1) / (tf + k1*(1-b+b*length/average)))
		if s.part[id] == 0 {
			s.held = append(s.held, uint32(id))
		}
		s.part[id] = max(s.part[id], worth)
	}
}

// best returns the passages with the highest sums.
func (v *view) best(s *sums, limit int) ([]Hit, error) {
	top := make([]uint32, 0, limit+1)
	order := func(a, b uint32) int {
		return cmp.Or(cmp.Compare(s.score[b], s.score[a]), cmp.Compare(a, b))
	}
	for _, n := range s.hit {
		if len(top) == limit && order(n, top[limit-1]) > 0 && s.score[n] != s.score[top[limit-1]] {
			continue
		}
		at, _ := slices.BinarySearchFunc(top, n, order)
		top = slices.Insert(top, at, n)
		for len(top) > limit && s.score[top[len(top)-1]] != s.score[top[limit-1]] { // equals at the edge compete by name
			top = top[:len(top)-1]
		}
		if len(top) > limit+maxEqual {
			top = top[:limit+maxEqual]
		}
	}
	out := make([]Hit, 0, len(top))
	for _, n := range top {
		p, err := v.passage(api.NewIndexInternalID(nil, uint64(n)))
		if err != nil {
			return nil, err
		}
		out = append(out, Hit{Passage: p, Score: float64(s.score[n])})
	}
	slices.SortStableFunc(out, func(a, b Hit) int {
		return cmp.Or(cmp.Compare(b.Score, a.Score), cmp.Compare(a.File, b.File), cmp.Compare(a.Number, b.Number))
	})
	return out[:min(len(out), limit)], nil
}

// maxEqual bounds how many passages of equal score compete for the last place.
const maxEqual = 100

func (v *view) passage(id api.IndexInternalID) (p Passage, err error) {
	name, err := v.reader.ExternalID(id)
	if err != nil {
		return p, err
	}
	return p, load(v.reader, name, &p)
}

// Passage returns a passage of a file by its number.
func (x *Index) Passage(file string, number int) (p Passage, err error) {
	err = x.read(func(v *view) error {
		return load(v.reader, passageID(file, number), &p)
	})
	if err != nil {
		return Passage{}, fmt.Errorf("passage %d of %s: %w", number, file, err)
	}
	return p, nil
}

// deny returns a bit for each document that is in one of the folders.
func (v *view) deny(ctx context.Context, folders []string) ([]uint64, error) {
	var out []uint64
	for _, f := range folders {
		bits, ok := v.denied.Load(f)
		if !ok {
			made, err := v.folder(ctx, f)
			if err != nil {
				return nil, err
			}
			v.denied.Store(f, made)
			bits = made
		}
		if len(folders) == 1 {
			return bits.([]uint64), nil
		}
		for i, w := range bits.([]uint64) {
			if i == len(out) {
				out = append(out, 0)
			}
			out[i] |= w
		}
	}
	return out, nil
}

func (v *view) folder(ctx context.Context, folder string) (bits []uint64, err error) {
	tfr, err := v.reader.TermFieldReader(ctx, []byte(folder), fieldFolder, false, false, false)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, tfr.Close()) }()
	var doc api.TermFieldDoc
	for {
		d, err := tfr.Next(&doc)
		if err != nil || d == nil {
			return bits, err
		}
		n := int(d.ID.Value())
		for n/64 >= len(bits) {
			bits = append(bits, 0)
		}
		bits[n/64] |= 1 << (n % 64)
	}
}

func denied(bits []uint64, n int) bool { return n/64 < len(bits) && bits[n/64]>>(n%64)&1 == 1 }
