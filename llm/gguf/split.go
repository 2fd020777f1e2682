package gguf

import (
	"errors"
	"fmt"
	"path/filepath"
	"regexp"
	"strconv"
)

// A model that is cut into several files has NAME-00001-of-00003.gguf and so on. Each
// part has a header of its own: the first has the metadata, all have split.no, counted
// from 0, and split.count.
var partName = regexp.MustCompile(`^(.*)-(\d{5})-of-(\d{5})(\.gguf)$`)

// Parts returns the number of files that the model is cut into; 1 if it is whole.
func (f *File) Parts() int {
	if n, err := f.Int("split.count"); err == nil && n > 1 {
		return n
	}
	return 1
}

// whole opens a file, and if it is the first of several the others beside it.
func whole(path string) (*File, error) {
	f, err := openOne(path)
	if err != nil {
		return nil, err
	}
	n := f.Parts()
	if n == 1 {
		return f, nil
	}
	if err := f.join(path, n); err != nil {
		return nil, errors.Join(&Error{Path: path, Err: err}, f.Close())
	}
	return f, nil
}

// join adds the tensors of the other parts.
func (f *File) join(path string, n int) error {
	const most = 1000
	at, _ := f.Int("split.no")
	m := partName.FindStringSubmatch(filepath.Base(path))
	switch {
	case n > most:
		return &KeyError{"split.count", fmt.Errorf("%d parts, want at most %d", n, most)}
	case m == nil:
		return fmt.Errorf("it is one of %d parts, which are found by their names: want NAME-00001-of-%05d.gguf and so on side by side, as they were published; parts that were joined byte by byte can't be read", n, n)
	case m[3] != fmt.Sprintf("%05d", n):
		return fmt.Errorf("its name says %s parts, its header %d", m[3], n)
	}
	name := func(i int) string {
		return filepath.Join(filepath.Dir(path), fmt.Sprintf("%s-%05d-of-%05d%s", m[1], i+1, n, m[4]))
	}
	if number, _ := strconv.Atoi(m[2]); at != number-1 {
		return fmt.Errorf("its name says part %d, its header part %d", number, at+1)
	}
	if at != 0 {
		return fmt.Errorf("it is part %d of %d: open the first, %s", at+1, n, name(0))
	}
	for i := 1; i < n; i++ {
		p, err := openOne(name(i))
		if err != nil {
			return fmt.Errorf("part %d of %d: %w", i+1, n, err)
		}
		own, above := f.unmap, p.unmap
		f.unmap = func() error { return errors.Join(own(), above()) }
		if no, err := p.Int("split.no"); err != nil || no != i || p.Parts() != n {
			return fmt.Errorf("%s: its header says part %d of %d, want %d of %d", name(i), no+1, p.Parts(), i+1, n)
		}
		for _, t := range p.Tensors {
			if _, ok := f.byName[t.Name]; ok {
				return fmt.Errorf("%s: tensor %s is in another part, too", name(i), t.Name)
			}
			f.byName[t.Name] = len(f.Tensors)
			f.Tensors = append(f.Tensors, t)
		}
		f.Size += p.Size
	}
	if want, err := f.Int("split.tensors.count"); err == nil && want != len(f.Tensors) {
		return fmt.Errorf("its header counts %d tensors in all parts, there are %d", want, len(f.Tensors))
	}
	return nil
}
