package api

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/chaski-dev/chaski/llm"
)

// threads knows conversations again. Clients of stateless APIs send a whole conversation
// each time; if it is word for word one that an agent had, the next turn follows its last
// run: with the results that were read there, and with their labels.
type threads struct {
	dir string // "" keeps them in memory

	mu   sync.Mutex
	runs map[string]string // in memory
}

// maxThreads bounds the conversations in memory; keepThread is how long those on disk stay.
const (
	maxThreads = 4096
	keepThread = 30 * 24 * time.Hour
)

func newThreads(dir string) (*threads, error) {
	t := &threads{runs: map[string]string{}}
	if dir == "" {
		return t, nil
	}
	t.dir = filepath.Join(dir, "threads")
	if err := os.MkdirAll(t.dir, 0o700); err != nil {
		return nil, err
	}
	return t, forget(t.dir, keepThread)
}

// forget removes files of a folder that are older than the time for which they are kept.
func forget(dir string, keep time.Duration) error {
	files, err := os.ReadDir(dir)
	if err != nil {
		return err
	}
	for _, f := range files {
		info, err := f.Info()
		if err != nil || time.Since(info.ModTime()) < keep {
			continue
		}
		if err := os.Remove(filepath.Join(dir, f.Name())); err != nil {
			return err
		}
	}
	return nil
}

// threadOf names what was said between a tenant and an agent.
func threadOf(tenant, agent string, said []llm.Message) string {
	h := sha256.New()
	enc := json.NewEncoder(h)
	_ = enc.Encode([]string{tenant, agent}) // a hash takes everything
	for _, m := range said {
		_ = enc.Encode([]string{string(m.Role), m.Content})
	}
	return hex.EncodeToString(h.Sum(nil))
}

// remember notes the run whose answer was the last word of a conversation.
func (t *threads) remember(tenant, agent string, said []llm.Message, run string) error {
	key := threadOf(tenant, agent, said)
	if t.dir != "" {
		return os.WriteFile(filepath.Join(t.dir, key), []byte(run), 0o600)
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if len(t.runs) >= maxThreads {
		clear(t.runs)
	}
	t.runs[key] = run
	return nil
}

// find returns the run whose answer is the last word of a conversation; "" if none is known.
func (t *threads) find(tenant, agent string, said []llm.Message) string {
	if len(said) == 0 || said[len(said)-1].Role != llm.RoleAssistant {
		return ""
	}
	key := threadOf(tenant, agent, said)
	if t.dir != "" {
		run, _ := os.ReadFile(filepath.Join(t.dir, key)) // what cannot be read is not known
		return string(run)
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.runs[key]
}
