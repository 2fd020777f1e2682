package index

import (
	"cmp"
	"context"
	"errors"
	"slices"

	api "github.com/blevesearch/bleve_index_api"
)

// fusion is the constant of reciprocal rank fusion (Cormack, Clarke and Büttcher, 2009). They
// take 60, for many lists of a thousand; of two lists of a folder the first places say more.
// It was chosen of 1, 10, 20 and 60 on other questions than those of TestHybridRelevance.
const fusion = 10

// candidates is how many passages each way of searching gives to the fusion.
const candidates = 50

// hybrid joins the passages that fit by their words and those that are near by their
// vectors: each is worth the sum of 1/(fusion + its rank).
func (v *view) hybrid(ctx context.Context, q Query, vecs *vectors) ([]Hit, error) {
	limit := q.Limit
	q.Limit = candidates
	words, err := v.search(ctx, q)
	if err != nil {
		return nil, err
	}
	meant, err := v.nearest(ctx, q, vecs)
	if err != nil {
		return nil, err
	}
	type place struct {
		file   string
		number int
	}
	at := map[place]int{}
	var out []Hit
	for _, list := range [][]Hit{words, meant} {
		for rank, h := range list {
			p := place{h.File, h.Number}
			i, ok := at[p]
			if !ok {
				i = len(out)
				at[p] = i
				h.Score = 0
				out = append(out, h)
			}
			out[i].Score += 1 / float64(fusion+rank+1)
		}
	}
	// Of those worth the same the one that fits better by its words comes first.
	slices.SortStableFunc(out, func(a, b Hit) int { return cmp.Compare(b.Score, a.Score) })
	return out[:min(len(out), limit)], nil
}

// nearest returns the passages whose vectors are nearest, of those that are there and not
// denied: more are asked for until there are enough.
func (v *view) nearest(ctx context.Context, q Query, vecs *vectors) ([]Hit, error) {
	deny, err := v.deny(ctx, q.Deny)
	if err != nil {
		return nil, err
	}
	for n := 2 * q.Limit; ; n *= 8 {
		hashes, err := vecs.nearest(q.Vector, n)
		if err != nil {
			return nil, err
		}
		var out []Hit
		for _, h := range hashes {
			more, err := v.withText(ctx, h, deny)
			if err != nil {
				return nil, err
			}
			if out = append(out, more...); len(out) >= q.Limit {
				return out[:q.Limit], nil
			}
		}
		if len(hashes) < n {
			return out, nil
		}
	}
}

// withText returns the passages whose text has a hash.
func (v *view) withText(ctx context.Context, hash string, deny []uint64) (out []Hit, err error) {
	tfr, err := v.reader.TermFieldReader(ctx, []byte(hash), fieldText, false, false, false)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, tfr.Close()) }()
	for len(out) < candidates {
		d, err := tfr.Next(&api.TermFieldDoc{})
		if err != nil || d == nil {
			return out, err
		}
		if denied(deny, int(d.ID.Value())) {
			continue
		}
		p, err := v.passage(d.ID)
		if err != nil {
			return nil, err
		}
		out = append(out, Hit{Passage: p})
	}
	return out, nil
}

// Missing returns passages whose texts have no vectors yet, at most so many, each text once.
func (x *Index) Missing(ctx context.Context, most int) (out []Passage, err error) {
	if x.vectors == nil {
		return nil, nil
	}
	err = x.read(func(v *view) error {
		return v.texts(func(hash string) (bool, error) {
			if x.vectors.has(hash) {
				return true, nil
			}
			hits, err := v.withText(ctx, hash, nil)
			if err != nil || len(hits) == 0 { // of a passage that is gone
				return true, err
			}
			out = append(out, hits[0].Passage)
			return len(out) < most, nil
		})
	})
	return out, err
}

// Lacking counts the texts that have no vectors yet, some that are gone included.
func (x *Index) Lacking() (n int, err error) {
	if x.vectors == nil {
		return 0, nil
	}
	err = x.read(func(v *view) error {
		return v.texts(func(hash string) (bool, error) {
			if !x.vectors.has(hash) {
				n++
			}
			return true, nil
		})
	})
	return n, err
}

// texts calls do for the hash of each text, also of some that are gone.
func (v *view) texts(do func(hash string) (bool, error)) (err error) {
	dict, err := v.reader.FieldDict(fieldText)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, dict.Close()) }()
	for {
		e, err := dict.Next()
		if err != nil || e == nil {
			return err
		}
		if e.Term == "" { // of records, which have no text
			continue
		}
		if more, err := do(e.Term); err != nil || !more {
			return err
		}
	}
}

// AddVectors keeps vectors of passages' texts.
func (x *Index) AddVectors(of []Passage, rows [][]float32) error {
	x.write.Lock()
	defer x.write.Unlock()
	if x.live == nil {
		return ErrReadOnly
	}
	hashes := make([]string, len(of))
	for i, p := range of {
		hashes[i] = p.Hash
	}
	return x.vectors.add(hashes, rows)
}

// TidyVectors forgets the vectors of texts that are gone, once they are most of all.
func (x *Index) TidyVectors(ctx context.Context) error {
	x.write.Lock()
	defer x.write.Unlock()
	if x.live == nil || x.vectors == nil {
		return nil
	}
	_, passages := x.Size()
	x.vectors.mu.RLock()
	kept := len(x.vectors.keys)
	x.vectors.mu.RUnlock()
	if kept < 1000 || kept < 2*passages {
		return nil
	}
	live := map[string]bool{}
	if err := x.read(func(v *view) error {
		return v.texts(func(hash string) (bool, error) {
			hits, err := v.withText(ctx, hash, nil)
			live[hash] = len(hits) > 0
			return true, err
		})
	}); err != nil {
		return err
	}
	return x.vectors.keep(live)
}
