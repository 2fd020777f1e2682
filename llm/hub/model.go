package hub

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// Model is a model that was pulled.
type Model struct {
	Name    string    `json:"name"`
	Version string    `json:"version"` // the commit or digest at its source
	Files   []File    `json:"files"`
	Pulled  time.Time `json:"pulled"`
}

// File is one file of a model.
type File struct {
	Path  string `json:"path"` // within the hub's folder, with slashes
	Bytes int64  `json:"bytes"`
	Hash  string `json:"hash"` // "sha256:…", or "git:…" for small files of a repository
}

// Bytes are all that the model takes on disk.
func (m *Model) Bytes() int64 {
	var n int64
	for _, f := range m.Files {
		n += f.Bytes
	}
	return n
}

// path is what opens the model: its only file or first part, or the folder of them.
func (m *Model) path(dir string) string {
	first := filepath.Join(dir, filepath.FromSlash(m.Files[0].Path))
	for _, f := range m.Files {
		if strings.HasSuffix(f.Path, ".safetensors") {
			return filepath.Dir(first)
		}
	}
	return first
}

// whole reports whether all files are there, by their sizes: hashes were checked before
// they got their names.
func (m *Model) whole(dir string) bool {
	for _, f := range m.Files {
		info, err := os.Stat(filepath.Join(dir, filepath.FromSlash(f.Path)))
		if err != nil || info.Size() != f.Bytes {
			return false
		}
	}
	return len(m.Files) > 0
}

const records = "records"

func (h *Hub) recordFile(n Name) string {
	tag := n.Tag
	if n.File != "" {
		tag = "file=" + strings.ReplaceAll(n.File, "/", "=")
	}
	return filepath.Join(h.Dir, records, string(n.Source), filepath.FromSlash(n.Repo), "tag="+tag+".json")
}

func (h *Hub) record(n Name) (*Model, error) { return readRecord(h.recordFile(n)) }

func readRecord(file string) (*Model, error) {
	b, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	var m Model
	if err := json.Unmarshal(b, &m); err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	for _, f := range m.Files {
		if !filepath.IsLocal(filepath.FromSlash(f.Path)) {
			return nil, fmt.Errorf("%s: the path %q leaves the folder", file, f.Path)
		}
	}
	if len(m.Files) == 0 {
		return nil, fmt.Errorf("%s: no files", file)
	}
	return &m, nil
}

// keep writes the model's record; files of an older version that nothing names any more go.
func (h *Hub) keep(n Name, m *Model) error {
	file := h.recordFile(n)
	old, _ := readRecord(file)
	b, err := json.MarshalIndent(m, "", "  ")
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		return err
	}
	tmp, err := os.CreateTemp(filepath.Dir(file), "*.part")
	if err != nil {
		return err
	}
	_, err = tmp.Write(append(b, '\n'))
	if err = errors.Join(err, tmp.Chmod(0o644), tmp.Close()); err == nil {
		err = os.Rename(tmp.Name(), file)
	}
	if err != nil {
		return errors.Join(err, os.Remove(tmp.Name()))
	}
	if old != nil {
		return h.drop(old.Files)
	}
	return nil
}

// List returns the pulled models by name.
func (h *Hub) List() ([]*Model, error) {
	var out []*Model
	root := filepath.Join(h.Dir, records)
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if errors.Is(err, fs.ErrNotExist) && path == root {
			return nil
		}
		if err != nil || d.IsDir() || filepath.Ext(path) != ".json" {
			return err
		}
		m, err := readRecord(path)
		if err == nil {
			out = append(out, m)
		}
		return err
	})
	return out, err
}

// Remove deletes a pulled model, but for files that another one shares. Models that other
// programs keep are theirs and stay.
func (h *Hub) Remove(name string) (*Model, error) {
	n, err := Parse(name)
	if err != nil {
		return nil, err
	}
	m, err := h.record(n)
	if errors.Is(err, fs.ErrNotExist) {
		err = ErrNotFound
		if path := h.found(n); path != "" {
			err = fmt.Errorf("%w: it was not pulled here, it lies in %s", ErrNotFound, path)
		}
	}
	if err == nil {
		err = os.Remove(h.recordFile(n))
	}
	if err == nil {
		err = h.drop(m.Files)
	}
	if err != nil {
		return nil, &Error{Op: "remove", Name: n.String(), Err: err}
	}
	return m, nil
}

// drop removes files that no record names, their parts, and folders that are left empty.
func (h *Hub) drop(files []File) error {
	models, err := h.List()
	if err != nil {
		return err
	}
	used := map[string]bool{}
	for _, m := range models {
		for _, f := range m.Files {
			used[f.Path] = true
		}
	}
	for _, f := range files {
		if used[f.Path] {
			continue
		}
		path := filepath.Join(h.Dir, filepath.FromSlash(f.Path))
		for _, p := range append(partsOf(path), path) {
			if err := os.Remove(p); err != nil && !errors.Is(err, fs.ErrNotExist) {
				return err
			}
		}
		for dir := filepath.Dir(path); dir != h.Dir && os.Remove(dir) == nil; dir = filepath.Dir(dir) {
			continue
		}
	}
	return nil
}

// partsOf are the unfinished pulls of a file.
func partsOf(path string) []string {
	entries, _ := os.ReadDir(filepath.Dir(path))
	var out []string
	for _, e := range entries {
		if strings.HasPrefix(e.Name(), filepath.Base(path)+".") && strings.HasSuffix(e.Name(), ".part") {
			out = append(out, filepath.Join(filepath.Dir(path), e.Name()))
		}
	}
	return out
}
