package documents

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// TestCutShort: a catch-up whose context ends says how far it came in either stage, and the
// next one does the rest, and only that.
func TestCutShort(t *testing.T) {
	const all, batch = 150, 10
	dir, index := t.TempDir(), t.TempDir()
	files, past := map[string]string{}, time.Now().Add(-time.Hour)
	for i := range all {
		files[fmt.Sprintf("d%03d.md", i)] = fmt.Sprintf("# Part %d\n\nIt is kept on shelf number %d.\n", i, i)
	}
	files["d149.md"] = "# The last\n\nThe zebra is kept here.\n"
	write(t, dir, files)
	for name := range files { // not so new that they are looked at again
		if err := os.Chtimes(filepath.Join(dir, name), past, past); err != nil {
			t.Fatal(err)
		}
	}
	left := map[Stage]int{Reading: all, Embedding: all}
	for _, stop := range []struct {
		stage Stage
		after int
	}{{Reading, 20}, {Reading, 1}, {Reading, 40}, {Embedding, 1}, {Embedding, 1}} {
		ctx, cancel := context.WithCancel(t.Context())
		seen := 0
		o := Options{Folders: []Folder{{Path: dir}}, Index: index, Embedder: &meanings{}, Progress: func(p Progress) {
			if p.Stage == stop.stage {
				if seen++; seen == stop.after {
					cancel()
				}
			}
		}}
		_, err := Open(ctx, o)
		cancel()
		var cut *CutShortError
		if !errors.As(err, &cut) || !errors.Is(err, context.Canceled) {
			t.Fatalf("%v: %v, want an error that tells how far it came (%d seen)", stop, err, seen)
		}
		if cut.Stage != stop.stage || cut.Done < stop.after || cut.Done >= cut.All || cut.All != left[stop.stage] {
			t.Errorf("%v: %+v, want all %d", stop, cut.Progress, left[stop.stage])
		}
		left[cut.Stage] -= cut.Done
	}
	l := open(t, Options{Folders: []Folder{{Path: dir}}, Index: index, Embedder: &meanings{}})
	if n, passages := l.Size(); n != all || passages != all || len(l.Failures()) > 0 {
		t.Errorf("%d files, %d passages, %v", n, passages, l.Failures())
	}
	if found := sources(t, l, "zebra", Asker{}); len(found) == 0 || found[0] != "d149.md" {
		t.Error(found)
	}
}
