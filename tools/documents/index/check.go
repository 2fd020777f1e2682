package index

import (
	"context"
	"errors"
	"fmt"

	api "github.com/blevesearch/bleve_index_api"
)

// Check compares the passages that the index holds with its records: each is there, as
// its hash says, and there are no others.
func (x *Index) Check() error {
	return x.read(func(v *view) error {
		want := 0
		for _, r := range v.records {
			if r.Partial {
				return fmt.Errorf("%s is there in part", r.File)
			}
			want += r.Passages
			for n := 1; n <= r.Passages; n++ {
				var p Passage
				if err := load(v.reader, passageID(r.File, n), &p); err != nil {
					return fmt.Errorf("passage %d of %s: %w", n, r.File, err)
				}
				if p.File != r.File || p.Number != n || p.Hash != HashText(p.Text) {
					return fmt.Errorf("passage %d of %s is another's", n, r.File)
				}
			}
			if got, err := v.count(fieldFile, r.File); err != nil || got != r.Passages {
				return errors.Join(err, fmt.Errorf("%s has %d passages, its record says %d", r.File, got, r.Passages))
			}
		}
		all, err := v.reader.DocCount()
		if err == nil && int(all) != want+len(v.records) {
			err = fmt.Errorf("%d documents, the records say %d passages of %d files", all, want, len(v.records))
		}
		return err
	})
}

func (v *view) count(field, term string) (n int, err error) {
	tfr, err := v.reader.TermFieldReader(context.Background(), []byte(term), field, false, false, false)
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, tfr.Close()) }()
	for {
		d, err := tfr.Next(&api.TermFieldDoc{})
		if err != nil || d == nil {
			return n, err
		}
		n++
	}
}
