package index

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/blevesearch/bleve/v2"
	api "github.com/blevesearch/bleve_index_api"
)

// ErrNotYet is matched by the error of a search before the process that writes the index
// has published anything.
var ErrNotYet = errors.New("the index is being made by another process")

// Publish gives the state of now to readers in other processes: a folder of links to the
// index's files, which never change once they are written, and a small file of what they
// are together. The one before it stays for those who are about to open it.
func (x *Index) Publish() error {
	x.write.Lock()
	defer x.write.Unlock()
	if x.live == nil {
		return ErrReadOnly
	}
	all := filepath.Join(x.dir, "shared")
	names, err := published(all)
	if err != nil {
		return err
	}
	next := 1
	if len(names) > 0 {
		next = names[len(names)-1] + 1
	}
	dir := filepath.Join(all, strconv.Itoa(next))
	if err := os.MkdirAll(filepath.Join(dir, "store"), 0o700); err != nil {
		return err
	}
	from, ok := x.live.(bleve.IndexCopyable)
	if !ok {
		return errors.New("this index cannot be copied")
	}
	if err := from.CopyTo(links{from: x.path(), to: dir}); err != nil {
		return errors.Join(fmt.Errorf("publishing the index: %w", err), os.RemoveAll(dir))
	}
	part := filepath.Join(x.dir, "current.part")
	if err := os.WriteFile(part, []byte(strconv.Itoa(next)), 0o600); err != nil {
		return err
	}
	if err := os.Rename(part, filepath.Join(x.dir, "current")); err != nil {
		return err
	}
	for _, n := range names {
		if n < next-1 {
			_ = os.RemoveAll(filepath.Join(all, strconv.Itoa(n))) // where open files can't be removed, the next one does
		}
	}
	return nil
}

// published lists the published states, oldest first.
func published(dir string) ([]int, error) {
	entries, err := os.ReadDir(dir)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, err
	}
	var out []int
	for _, e := range entries {
		if n, err := strconv.Atoi(e.Name()); err == nil {
			out = append(out, n)
		}
	}
	// ReadDir sorts by name: 10 before 9.
	for i := 1; i < len(out); i++ {
		for k := i; k > 0 && out[k-1] > out[k]; k-- {
			out[k-1], out[k] = out[k], out[k-1]
		}
	}
	return out, nil
}

// links is a folder into which an index is copied by links, where its files lie already.
type links struct{ from, to string }

// GetWriter implements index.Directory.
func (l links) GetWriter(name string) (io.WriteCloser, error) {
	to := filepath.Join(l.to, name)
	if strings.HasSuffix(name, ".zap") {
		if os.Link(filepath.Join(l.from, name), to) == nil {
			return discard{}, nil
		}
	}
	return os.OpenFile(to, os.O_CREATE|os.O_RDWR|os.O_TRUNC, 0o600)
}

// discard takes what need not be written.
type discard struct{}

func (discard) Write(p []byte) (int, error) { return len(p), nil }
func (discard) Close() error                { return nil }

var _ api.Directory = links{}

// refreshShared opens the newest published state, in a process that only reads.
func (x *Index) refreshShared() error {
	x.mu.RLock()
	writer, shared := x.live != nil, x.shared
	x.mu.RUnlock()
	if writer {
		return nil
	}
	for try := 0; ; try++ {
		name, err := os.ReadFile(filepath.Join(x.dir, "current"))
		if errors.Is(err, os.ErrNotExist) {
			return nil
		}
		if err != nil {
			return err
		}
		if string(name) == shared {
			return nil
		}
		err = x.openShared(string(name))
		if err == nil || try == 3 || errors.Is(err, ErrOther) {
			return err
		}
		time.Sleep(stale) // it was replaced while it was being opened
	}
}

func (x *Index) openShared(name string) error {
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.live != nil || x.shared == name {
		return nil
	}
	idx, err := bleve.OpenUsing(filepath.Join(x.dir, "shared", filepath.Base(name)), runtimeConfig(true))
	if err != nil {
		return fmt.Errorf("a published index: %w", err)
	}
	if got, err := idx.GetInternal(keyFolders); err != nil || string(got) != x.folders {
		return errors.Join(cmp.Or(err, ErrOther), idx.Close())
	}
	v, err := newView(idx, nil)
	if err != nil {
		return errors.Join(err, idx.Close())
	}
	v.index = idx
	old := x.view
	x.view, x.shared = v, name
	return old.close()
}

// Published reports whether readers in other processes see anything.
func (x *Index) Published() bool {
	_, err := os.Stat(filepath.Join(x.dir, "current"))
	return err == nil
}
