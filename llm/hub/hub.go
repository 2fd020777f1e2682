package hub

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"time"
)

// Causes of an [Error].
var (
	ErrNotFound = errors.New("not found")
	ErrGated    = errors.New("access is not granted")
	ErrCorrupt  = errors.New("the bytes are not those that the source names")
	ErrOffline  = errors.New("it is not on this disk, and pulling is off (--offline, CHASKI_OFFLINE, HF_HUB_OFFLINE)")
	ErrDiskFull = errors.New("the disk is full")
	// ErrUnreachable: the name of the source is not known, or nobody answers there.
	ErrUnreachable = errors.New("cannot be reached")
)

// Error says what of a model failed.
type Error struct {
	Op   string // "pull", "find", "remove"
	Name string
	Err  error
}

func (e *Error) Error() string { return e.Op + " " + e.Name + ": " + e.Err.Error() }

func (e *Error) Unwrap() error { return e.Err }

// Hub pulls models into a folder and finds them there. [FromEnv] makes one; the zero value
// of every field but Dir works. Methods may be called from several goroutines and
// processes at once: two pulls of one file are one.
type Hub struct {
	Dir      string // of pulled models
	Endpoint string // of the Hugging Face hub
	Registry string // of Ollama
	Token    string // for the Hugging Face hub: gated and private repositories
	Offline  bool   // nothing is asked over the network

	HubCache     string   // the Hugging Face hub's own cache, "" is none
	OllamaModels []string // folders of Ollama's models

	Client *http.Client // without a time limit of its own: files take long

	// Progress is told of bytes of a file that are here, of all; all may be -1. It may be nil.
	Progress func(file string, done, all int64)
	// Notice is told what a person may want to know, such as a wait. It may be nil.
	Notice func(text string)

	idle  time.Duration // a transfer that brings nothing for so long is tried again; 0 is a minute
	pause time.Duration // before the first retry; 0 is a second
	write func(f *os.File, b []byte) (int, error)

	heard sync.Map // hosts that have answered
}

// FromEnv is the hub that the environment describes: CHASKI_MODELS, CHASKI_OFFLINE,
// HF_ENDPOINT, HF_TOKEN (or the token that the hub's own program keeps), HF_HUB_OFFLINE,
// HF_HUB_CACHE, HF_HOME, OLLAMA_REGISTRY and OLLAMA_MODELS.
func FromEnv() (*Hub, error) {
	home, err := os.UserHomeDir()
	if err != nil && os.Getenv("CHASKI_MODELS") == "" {
		return nil, fmt.Errorf("the folder of models: %w; set CHASKI_MODELS", err)
	}
	hf := env("HF_HOME", filepath.Join(home, ".cache", "huggingface"))
	h := &Hub{
		Dir:          os.Getenv("CHASKI_MODELS"),
		Endpoint:     os.Getenv("HF_ENDPOINT"),
		Registry:     os.Getenv("OLLAMA_REGISTRY"),
		Token:        strings.TrimSpace(os.Getenv("HF_TOKEN")),
		Offline:      on("CHASKI_OFFLINE") || on("HF_HUB_OFFLINE"),
		HubCache:     env("HF_HUB_CACHE", filepath.Join(hf, "hub")),
		OllamaModels: []string{filepath.Join(home, ".ollama", "models"), "/usr/share/ollama/.ollama/models"},
	}
	if dir := os.Getenv("OLLAMA_MODELS"); dir != "" {
		h.OllamaModels = []string{dir}
	}
	if h.Dir == "" {
		data := env("XDG_DATA_HOME", filepath.Join(home, ".local", "share"))
		if runtime.GOOS == "windows" || runtime.GOOS == "darwin" {
			if data, err = os.UserConfigDir(); err != nil {
				return nil, fmt.Errorf("the folder of models: %w; set CHASKI_MODELS", err)
			}
		}
		h.Dir = filepath.Join(data, "chaski", "models")
	}
	if h.Token == "" {
		if b, err := os.ReadFile(filepath.Join(hf, "token")); err == nil {
			h.Token = strings.TrimSpace(string(b))
		}
	}
	return h, nil
}

func env(key, otherwise string) string {
	if v := os.Getenv(key); v != "" {
		return v
	}
	return otherwise
}

func on(key string) bool {
	v := strings.ToLower(os.Getenv(key))
	return v != "" && v != "0" && v != "false" && v != "no"
}

// Path returns the file or directory of a named model: what was pulled, else what another
// program left on this disk, else what it pulls now.
func (h *Hub) Path(ctx context.Context, name string) (string, error) {
	n, err := Parse(name)
	if err != nil {
		return "", err
	}
	if m, err := h.record(n); err == nil && m.whole(h.Dir) {
		return m.path(h.Dir), nil
	}
	if path := h.found(n); path != "" {
		return path, nil
	}
	m, err := h.pull(ctx, n)
	if err != nil {
		return "", err
	}
	return m.path(h.Dir), nil
}

// Pull gets a model, or what of it has changed at its source.
func (h *Hub) Pull(ctx context.Context, name string) (*Model, error) {
	n, err := Parse(name)
	if err != nil {
		return nil, err
	}
	return h.pull(ctx, n)
}

func (h *Hub) pull(ctx context.Context, n Name) (m *Model, err error) {
	defer func() {
		if errors.Is(err, ErrUnreachable) {
			err = fmt.Errorf("%w; %s", err, h.elsewhere(n))
		}
		if err != nil && ctx.Err() == nil {
			err = &Error{Op: "pull", Name: n.String(), Err: err}
		}
	}()
	if h.Offline { // whether there is a newer one is not asked
		if m, err := h.record(n); err == nil && m.whole(h.Dir) {
			return m, nil
		}
		return nil, fmt.Errorf("%w; %s", ErrOffline, h.pulled())
	}
	var files []remote
	m = &Model{Name: n.String(), Pulled: time.Now().UTC().Truncate(time.Second)}
	if n.Source == HuggingFace {
		files, m.Version, err = h.hubFiles(ctx, n)
	} else {
		files, m.Version, err = h.ollamaFiles(ctx, n)
	}
	if err != nil {
		return nil, err
	}
	for _, f := range files {
		m.Files = append(m.Files, File{Path: filepath.ToSlash(f.path), Bytes: f.size, Hash: f.sum})
	}
	if err := h.room(files); err != nil {
		return nil, err
	}
	for _, f := range files {
		if err := h.fetch(ctx, f); err != nil {
			return nil, err
		}
	}
	return m, h.keep(n, m)
}

// elsewhere says what there is without the source of a model.
func (h *Hub) elsewhere(n Name) string {
	if m, err := h.record(n); err == nil && m.whole(h.Dir) {
		return fmt.Sprintf("what was pulled on %s is here and needs no network (--offline asks nobody)", m.Pulled.Format(time.DateOnly))
	}
	mirror := "OLLAMA_REGISTRY names another registry"
	if n.Source == HuggingFace {
		mirror = "HF_ENDPOINT names a mirror"
	}
	return "without network give the path of a file in place of a name, or a name that is on this disk (" + h.pulled() + "); " + mirror + ", HTTPS_PROXY a proxy"
}

// pulled lists what a name may be without network.
func (h *Hub) pulled() string {
	models, err := h.List()
	if err != nil || len(models) == 0 {
		return "no model was pulled so far"
	}
	names := make([]string, len(models))
	for i, m := range models {
		names[i] = m.Name
	}
	return "pulled were " + list(names)
}

// room refuses a pull that the disk cannot hold, before it takes hours to find out.
func (h *Hub) room(files []remote) error {
	var need int64
	for _, f := range files {
		need += max(0, f.size-h.have(f))
	}
	if err := os.MkdirAll(h.Dir, 0o755); err != nil {
		return err
	}
	if free, ok := FreeBytes(h.Dir); ok && free < need {
		return fmt.Errorf("%w: %s are needed in %s, %s are free", ErrDiskFull, Bytes(need), h.Dir, Bytes(free))
	}
	return nil
}

// Bytes writes a size for people.
func Bytes(n int64) string {
	switch {
	case n >= 1e9:
		return fmt.Sprintf("%.1f GB", float64(n)/1e9)
	case n >= 1e6:
		return fmt.Sprintf("%.1f MB", float64(n)/1e6)
	}
	return fmt.Sprintf("%d bytes", n)
}

func (h *Hub) notice(format string, args ...any) {
	if h.Notice != nil {
		h.Notice(fmt.Sprintf(format, args...))
	}
}
