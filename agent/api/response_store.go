package api

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"
)

// storedResponse is a response as it is kept, with all that the model read for it.
type storedResponse struct {
	Response *responseObject `json:"response"`
	Input    []item          `json:"input"`
}

// responseStore keeps responses: each tenant's in a folder of its own, or all in memory.
// They are few enough and young enough; who stores most loses the oldest first.
type responseStore struct {
	dir  string // "" keeps them in memory
	most int64  // bytes

	mu    sync.Mutex
	index map[string]*keptResponse
	bytes int64
	swept time.Time
}

// keptResponse is what the index knows of a response.
type keptResponse struct {
	folder string // of its tenant
	size   int64
	at     time.Time
	text   []byte // in memory
}

const (
	keepResponse   = 30 * 24 * time.Hour
	sweepResponses = time.Hour

	maxResponsesOnDisk   = 1 << 30
	maxResponsesInMemory = 64 << 20
)

// A response that is being answered in the background has a file of another name, so that
// a server that is started again knows which it left.
const (
	endResponse  = ".json"
	openResponse = ".open"
)

// newResponseStore opens the store in a folder; most bounds its bytes, 0 is a gibibyte.
func newResponseStore(dir string, most int64) (*responseStore, error) {
	s := &responseStore{most: most, index: map[string]*keptResponse{}, swept: time.Now()}
	if dir == "" {
		if s.most == 0 {
			s.most = maxResponsesInMemory
		}
		return s, nil
	}
	if s.most == 0 {
		s.most = maxResponsesOnDisk
	}
	s.dir = filepath.Join(dir, "responses")
	if err := os.MkdirAll(s.dir, 0o700); err != nil {
		return nil, err
	}
	return s, s.load()
}

// load finds what a server before this one kept.
func (s *responseStore) load() error {
	err := filepath.WalkDir(s.dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		folder := filepath.Base(filepath.Dir(path))
		switch id, kind := d.Name(), filepath.Ext(d.Name()); kind {
		case endResponse:
			s.note(strings.TrimSuffix(id, kind), &keptResponse{folder: folder, size: info.Size(), at: info.ModTime()})
			return nil
		case openResponse:
			if err := s.left(path, folder); err != nil {
				return err
			}
		}
		return remove(path) // half written, or not open any more
	})
	s.mu.Lock()
	defer s.mu.Unlock()
	s.shrink(time.Now())
	return err
}

// left ends a response that the last server was answering.
func (s *responseStore) left(path, folder string) error {
	text, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	var r storedResponse
	if json.Unmarshal(text, &r) != nil || r.Response == nil {
		return nil // half written: nobody was told of it
	}
	r.Response.Status = statusFailed
	r.Response.Error = &responseError{Code: "server_error", Message: "the server ended while this was answered"}
	return s.write(folder, &r, endResponse)
}

// folderOf is where a tenant's responses lie.
func folderOf(tenant string) string {
	sum := sha256.Sum256([]byte(tenant))
	return hex.EncodeToString(sum[:16])
}

// put keeps a response of a tenant's; open is one that is not answered yet.
func (s *responseStore) put(tenant string, r *storedResponse, open bool) error {
	kind := endResponse
	if open {
		if s.dir == "" {
			return nil
		}
		kind = openResponse
	}
	return s.write(folderOf(tenant), r, kind)
}

func (s *responseStore) write(folder string, r *storedResponse, kind string) error {
	text, err := json.Marshal(r)
	if err != nil {
		return err
	}
	id := r.Response.ID
	k := &keptResponse{folder: folder, size: int64(len(text)), at: time.Now(), text: text}
	if s.dir != "" {
		k.text = nil
		if err := writeWhole(s.path(folder, id, kind), text); err != nil {
			return err
		}
		if kind == openResponse {
			return nil
		}
		if err := remove(s.path(folder, id, openResponse)); err != nil {
			return err
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.note(id, k)
	s.shrink(k.at)
	return nil
}

// remove removes a file that may be gone already.
func remove(path string) error {
	if err := os.Remove(path); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

// writeWhole writes a file that is there whole or not at all.
func writeWhole(path string, text []byte) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	tmp, err := os.CreateTemp(filepath.Dir(path), ".part-*") // for its owner only
	if err != nil {
		return err
	}
	_, err = tmp.Write(text)
	if err = errors.Join(err, tmp.Close()); err == nil {
		err = os.Rename(tmp.Name(), path)
	}
	if err != nil {
		return errors.Join(err, os.Remove(tmp.Name()))
	}
	return nil
}

func (s *responseStore) path(folder, id, kind string) string {
	return filepath.Join(s.dir, folder, id+kind)
}

// note puts a response into the index. mu is held, or nobody else knows the store yet.
func (s *responseStore) note(id string, k *keptResponse) {
	if old := s.index[id]; old != nil {
		s.bytes -= old.size
	}
	s.index[id] = k
	s.bytes += k.size
}

// shrink drops what is too old, now and then, and what there is no room for: the oldest of
// the tenant that has most. mu is held.
func (s *responseStore) shrink(now time.Time) {
	if now.Sub(s.swept) > sweepResponses {
		s.swept = now
		for id, k := range s.index {
			if now.Sub(k.at) > keepResponse {
				s.drop(id, k)
			}
		}
	}
	for s.bytes > s.most && len(s.index) > 0 {
		has := map[string]int64{}
		most := ""
		for _, k := range s.index {
			if has[k.folder] += k.size; has[k.folder] > has[most] {
				most = k.folder
			}
		}
		oldest := ""
		for id, k := range s.index {
			if k.folder == most && (oldest == "" || k.at.Before(s.index[oldest].at)) {
				oldest = id
			}
		}
		s.drop(oldest, s.index[oldest])
	}
}

// drop forgets a response. A file that cannot be removed is found again by the next server.
func (s *responseStore) drop(id string, k *keptResponse) {
	delete(s.index, id)
	s.bytes -= k.size
	if s.dir != "" {
		_ = os.Remove(s.path(k.folder, id, endResponse))
	}
}

// find looks a response up: one of the tenant's, or any for who sees all.
func (s *responseStore) find(tenant string, all bool, id string) *keptResponse {
	s.mu.Lock()
	defer s.mu.Unlock()
	k := s.index[id]
	if k == nil || !all && k.folder != folderOf(tenant) || time.Since(k.at) > keepResponse {
		return nil
	}
	return k
}

// get returns a response; nil if there is none that the tenant may see.
func (s *responseStore) get(tenant string, all bool, id string) (*storedResponse, error) {
	k := s.find(tenant, all, id)
	if k == nil {
		return nil, nil
	}
	text := k.text
	if s.dir != "" {
		var err error
		if text, err = os.ReadFile(s.path(k.folder, id, endResponse)); errors.Is(err, fs.ErrNotExist) {
			return nil, nil // dropped meanwhile
		} else if err != nil {
			return nil, err
		}
	}
	var r storedResponse
	if err := json.Unmarshal(text, &r); err != nil {
		return nil, err
	}
	return &r, nil
}

// remove forgets a response; false if there is none that the tenant may see.
func (s *responseStore) remove(tenant string, all bool, id string) bool {
	if s.find(tenant, all, id) == nil {
		return false
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	k := s.index[id]
	if k == nil {
		return false
	}
	s.drop(id, k)
	return true
}
