package gguf

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chaski-dev/chaski/llm/tensor"
)

// cut writes a model in three parts and returns the paths.
func cut(t *testing.T, dir string) []string {
	t.Helper()
	var paths []string
	for i := range 3 {
		pairs := []Pair{{"split.no", uint16(i)}, {"split.count", uint16(3)}, {"split.tensors.count", int32(4)}}
		if i == 0 {
			pairs = append(pairs, Pair{"general.architecture", "llama"})
		}
		tensors := []Source{source(fmt.Sprintf("t%d", i), tensor.F32, 8)}
		if i == 2 {
			tensors = append(tensors, source("t3", tensor.Q8_0, 32, 2))
		}
		path := filepath.Join(dir, fmt.Sprintf("big-%05d-of-00003.gguf", i+1))
		if err := os.WriteFile(path, file(t, pairs, tensors...), 0o644); err != nil {
			t.Fatal(err)
		}
		paths = append(paths, path)
	}
	return paths
}

func TestSplit(t *testing.T) {
	paths := cut(t, t.TempDir())
	f, err := Open(paths[0])
	if err != nil {
		t.Fatal(err)
	}
	var size int64
	for _, p := range paths {
		info, err := os.Stat(p)
		if err != nil {
			t.Fatal(err)
		}
		size += info.Size()
	}
	if len(f.Tensors) != 4 || f.Parts() != 3 || f.Size != size {
		t.Errorf("%d tensors in %d parts of %d bytes, want 4, 3, %d", len(f.Tensors), f.Parts(), f.Size, size)
	}
	for i, n := range []int{32, 32, 32, 68} {
		if w, ok := f.Tensor(fmt.Sprintf("t%d", i)); !ok || len(w.Data) != n {
			t.Errorf("tensor t%d: %v", i, w)
		}
	}
	if err := f.Close(); err != nil {
		t.Error(err)
	}
}

func TestBadSplits(t *testing.T) {
	rename := func(from int, to string) func(dir string, paths []string) string {
		return func(dir string, paths []string) string {
			path := filepath.Join(dir, to)
			if err := os.Rename(paths[from], path); err != nil {
				t.Fatal(err)
			}
			return path
		}
	}
	for want, spoil := range map[string]func(dir string, paths []string) string{
		"it is part 2 of 3: open the first":       func(_ string, paths []string) string { return paths[1] },
		"which are found by their names":          rename(0, "big.gguf"),
		"its name says 4 parts":                   rename(0, "big-00001-of-00004.gguf"),
		"its name says part 9, its header part 1": rename(0, "big-00009-of-00003.gguf"),
		"part 3 of 3": func(_ string, paths []string) string {
			if err := os.Remove(paths[2]); err != nil {
				t.Fatal(err)
			}
			return paths[0]
		},
		"its header says part 2 of 3, want 3 of 3": func(_ string, paths []string) string {
			b, err := os.ReadFile(paths[1])
			if err == nil {
				err = os.WriteFile(paths[2], b, 0o644)
			}
			if err != nil {
				t.Fatal(err)
			}
			return paths[0]
		},
		"parts that were joined byte by byte can't be read": func(dir string, paths []string) string {
			var all []byte
			for _, p := range paths {
				b, err := os.ReadFile(p)
				if err != nil {
					t.Fatal(err)
				}
				all = append(all, b...)
			}
			path := filepath.Join(dir, "joined.gguf")
			if err := os.WriteFile(path, all, 0o644); err != nil {
				t.Fatal(err)
			}
			return path
		},
	} {
		dir := t.TempDir()
		path := spoil(dir, cut(t, dir))
		f, err := Open(path)
		if err == nil {
			t.Errorf("%s: it opens", want)
			_ = f.Close()
			continue
		}
		if text := strings.ReplaceAll(err.Error(), "00004 parts", "4 parts"); !strings.Contains(text, want) || strings.Contains(text, "\n") {
			t.Errorf("%v, want %q", err, want)
		}
	}
}
