package hub

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

var httpTime time.Time

func open(t testing.TB, s *server) *Hub {
	return &Hub{Dir: filepath.Join(t.TempDir(), "models"), Endpoint: s.hub.URL, Registry: s.hub.URL, pause: time.Millisecond}
}

// holds checks a file's content, and that nothing unfinished lies beside it.
func holds(t *testing.T, path string, want []byte) {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil || string(b) != string(want) {
		t.Fatalf("%s: %d bytes, %v; want %d", path, len(b), err, len(want))
	}
	if p := partsOf(path); len(p) > 0 {
		t.Errorf("left over: %v", p)
	}
}

func TestPull(t *testing.T) {
	s := newServer(t)
	q4, q8 := random(1, 300_000), random(2, 400_000)
	s.put("ann/tiny-GGUF", "tiny-Q4_K_M.gguf", q4)
	s.put("ann/tiny-GGUF", "tiny-Q8_0.gguf", q8)
	s.put("ann/tiny-GGUF", "mmproj-Q4_K_M.gguf", random(3, 10))
	s.put("ann/tiny-GGUF", "README.md", []byte("# tiny"))
	part1, part2 := random(4, 1000), random(5, 2000)
	s.put("ann/big-GGUF", "Q4_K_M/big-Q4_K_M-00001-of-00002.gguf", part1)
	s.put("ann/big-GGUF", "Q4_K_M/big-Q4_K_M-00002-of-00002.gguf", part2)
	s.put("ann/plain", "model.safetensors", random(6, 5000))
	s.put("ann/plain", "config.json", []byte(`{"model_type":"llama"}`))
	s.put("ann/plain", "tokenizer.json", []byte(`{}`))
	s.put("ann/plain", "notes.txt", []byte("x"))
	s.put("ollama/library/llama3.1:8b", "model", q8)
	s.put("ollama/library/llama3.1:8b", "license", []byte("a licence"))
	s.put("ollama/library/llama3.1:8b", "template", []byte("{{ .Prompt }}"))
	h := open(t, s)
	ctx := t.Context()
	for name, want := range map[string]struct {
		path    string
		content []byte
	}{
		"hf:ann/tiny-GGUF":                {"hf/ann/tiny-GGUF/tiny-Q4_K_M.gguf", q4},
		"hf:ann/tiny-GGUF:q8_0":           {"hf/ann/tiny-GGUF/tiny-Q8_0.gguf", q8},
		"hf:ann/tiny-GGUF/tiny-Q8_0.gguf": {"hf/ann/tiny-GGUF/tiny-Q8_0.gguf", q8},
		"hf:ann/big-GGUF:Q4_K_M":          {"hf/ann/big-GGUF/Q4_K_M/big-Q4_K_M-00001-of-00002.gguf", part1},
		"ollama:llama3.1:8b":              {"ollama/library/llama3.1/8b/model.gguf", q8},
	} {
		path, err := h.Path(ctx, name)
		if err != nil {
			t.Fatal(err)
		}
		if path != filepath.Join(h.Dir, filepath.FromSlash(want.path)) {
			t.Errorf("%s lies in %s", name, path)
		}
		holds(t, path, want.content)
	}
	holds(t, filepath.Join(h.Dir, "hf/ann/big-GGUF/Q4_K_M/big-Q4_K_M-00002-of-00002.gguf"), part2)
	holds(t, filepath.Join(h.Dir, "ollama/library/llama3.1/8b/license.txt"), []byte("a licence"))
	dir, err := h.Path(ctx, "hf:ann/plain")
	if err != nil || dir != filepath.Join(h.Dir, "hf/ann/plain") {
		t.Fatal(dir, err)
	}
	holds(t, filepath.Join(dir, "config.json"), []byte(`{"model_type":"llama"}`))
	if _, err := os.Stat(filepath.Join(dir, "notes.txt")); err == nil {
		t.Error("notes.txt was pulled: a model is not opened by it")
	}

	// What is here is not asked for again, with or without a network.
	_, gets := s.counts()
	h.Offline = true
	if _, err := h.Path(ctx, "hf:ann/tiny-GGUF"); err != nil {
		t.Error(err)
	}
	if _, err := h.Path(ctx, "hf:ann/tiny-GGUF:Q5_K_M"); !errors.Is(err, ErrOffline) {
		t.Errorf("offline: %v", err)
	}
	if m, err := h.Pull(ctx, "hf:ann/tiny-GGUF"); err != nil || m.Name != "hf:ann/tiny-GGUF" {
		t.Errorf("offline, pulled before: %+v, %v", m, err)
	}
	if _, err := h.Pull(ctx, "hf:ann/tiny-GGUF:Q5_K_M"); !errors.Is(err, ErrOffline) {
		t.Errorf("offline: %v", err)
	}
	h.Offline = false
	if _, err := h.Pull(ctx, "hf:ann/tiny-GGUF"); err != nil {
		t.Error(err)
	}
	if _, now := s.counts(); now != gets {
		t.Errorf("pulled anew: %d requests for files", now-gets)
	}

	// Two names share a file: it goes with the last of them.
	models, err := h.List()
	if err != nil || len(models) != 6 {
		t.Fatalf("%d models, %v", len(models), err)
	}
	shared := filepath.Join(h.Dir, "hf/ann/tiny-GGUF/tiny-Q8_0.gguf")
	if _, err := h.Remove("hf:ann/tiny-GGUF:q8_0"); err != nil {
		t.Fatal(err)
	}
	holds(t, shared, q8)
	if _, err := h.Remove("hf:ann/tiny-GGUF/tiny-Q8_0.gguf"); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(shared); err == nil {
		t.Error("nothing names the file any more, and it is there")
	}
	if _, err := h.Remove("hf:ann/tiny-GGUF:q8_0"); !errors.Is(err, ErrNotFound) {
		t.Errorf("removed twice: %v", err)
	}
}

// TestFaults pulls one file through one kind of trouble each.
func TestFaults(t *testing.T) {
	content := random(7, 1<<20)
	cut := func(times int, each int) func(w http.ResponseWriter, r *http.Request, b []byte) bool {
		return func(w http.ResponseWriter, r *http.Request, b []byte) bool {
			if times--; times < 0 {
				return false
			}
			off := 0
			if from := r.Header.Get("Range"); from != "" {
				fmt.Sscanf(from, "bytes=%d-", &off)
				w.Header().Set("Content-Range", fmt.Sprintf("bytes %d-%d/%d", off, len(b)-1, len(b)))
				w.Header().Set("Content-Length", fmt.Sprint(len(b)-off))
				w.WriteHeader(http.StatusPartialContent)
			} else {
				w.Header().Set("Content-Length", fmt.Sprint(len(b)))
			}
			_, _ = w.Write(b[off:min(off+each, len(b))])
			panic(http.ErrAbortHandler)
		}
	}
	answer := func(times int, do func(w http.ResponseWriter, r *http.Request, b []byte)) func(w http.ResponseWriter, r *http.Request, b []byte) bool {
		return func(w http.ResponseWriter, r *http.Request, b []byte) bool {
			if times--; times < 0 {
				return false
			}
			do(w, r, b)
			return true
		}
	}
	for name, c := range map[string]struct {
		fault func(w http.ResponseWriter, r *http.Request, content []byte) bool
		begun int // bytes of an earlier pull
		want  error
		text  string
	}{
		"cut eight times":      {fault: cut(8, 100_000)},
		"cut before the first": {fault: cut(4, 0)},
		"cut for ever":         {fault: cut(1000, 0), text: "no bytes in 6 tries"},
		"range ignored":        {begun: 1000, fault: answer(1, func(w http.ResponseWriter, _ *http.Request, b []byte) { _, _ = w.Write(b) })},
		"another range": {begun: 1000, fault: answer(1, func(w http.ResponseWriter, _ *http.Request, b []byte) {
			w.Header().Set("Content-Range", fmt.Sprintf("bytes 0-%d/%d", len(b)-1, len(b)))
			w.WriteHeader(http.StatusPartialContent)
			_, _ = w.Write(b)
		})},
		"range not satisfiable": {begun: 1000, fault: answer(1, func(w http.ResponseWriter, _ *http.Request, _ []byte) {
			w.WriteHeader(http.StatusRequestedRangeNotSatisfiable)
		})},
		"busy":                    {fault: answer(3, func(w http.ResponseWriter, _ *http.Request, _ []byte) { w.WriteHeader(http.StatusServiceUnavailable) })},
		"the address has expired": {fault: answer(3, func(w http.ResponseWriter, _ *http.Request, _ []byte) { w.WriteHeader(http.StatusForbidden) })},
		"too long": {fault: answer(1, func(w http.ResponseWriter, _ *http.Request, b []byte) {
			_, _ = w.Write(append(b[:len(b):len(b)], "more"...))
		})},
		"other bytes once": {fault: answer(1, func(w http.ResponseWriter, _ *http.Request, b []byte) { _, _ = w.Write(random(8, len(b))) })},
		"other bytes":      {fault: answer(9, func(w http.ResponseWriter, _ *http.Request, b []byte) { _, _ = w.Write(random(8, len(b))) }), want: ErrCorrupt},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newServer(t)
			s.put("ann/m", "m-Q4_K_M.gguf", content)
			s.fail(c.fault, nil)
			h := open(t, s)
			path := filepath.Join(h.Dir, "hf/ann/m/m-Q4_K_M.gguf")
			if c.begun > 0 {
				if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
					t.Fatal(err)
				}
				if err := os.WriteFile(path+"."+sha(content)[:16]+".part", content[:c.begun], 0o644); err != nil {
					t.Fatal(err)
				}
			}
			_, err := h.Pull(t.Context(), "hf:ann/m")
			if c.want == nil && c.text == "" {
				if err != nil {
					t.Fatal(err)
				}
				holds(t, path, content)
				return
			}
			if err == nil || c.want != nil && !errors.Is(err, c.want) || !strings.Contains(err.Error(), c.text) {
				t.Fatalf("got %v, want %v %s", err, c.want, c.text)
			}
			if _, err := os.Stat(path); err == nil {
				t.Error("a file that is not whole has its name")
			}
		})
	}
}

// TestSilence gives up a transfer that brings nothing and goes on with another.
func TestSilence(t *testing.T) {
	s := newServer(t)
	content := random(9, 100_000)
	s.put("ann/m", "m.gguf", content)
	first := true
	s.fail(func(w http.ResponseWriter, r *http.Request, b []byte) bool {
		if !first {
			return false
		}
		first = false
		w.Header().Set("Content-Length", fmt.Sprint(len(b)))
		_, _ = w.Write(b[:50_000])
		w.(http.Flusher).Flush()
		<-r.Context().Done()
		return true
	}, nil)

	h := open(t, s)
	h.idle = 50 * time.Millisecond
	m, err := h.Pull(t.Context(), "hf:ann/m")
	if err != nil {
		t.Fatal(err)
	}
	holds(t, m.path(h.Dir), content)
	if served, _ := s.counts(); served != 50_000 {
		t.Errorf("%d bytes were served after the silence, want the other 50000", served)
	}
}

// TestChanged does not join the parts of two versions.
func TestChanged(t *testing.T) {
	s := newServer(t)
	old, now := random(10, 200_000), random(11, 200_000)
	s.put("ann/m", "m.gguf", old)
	h := open(t, s)
	s.fail(func(w http.ResponseWriter, _ *http.Request, b []byte) bool {
		w.Header().Set("Content-Length", fmt.Sprint(len(b)))
		_, _ = w.Write(b[:70_000])
		panic(http.ErrAbortHandler)
	}, nil)

	ctx, cancel := context.WithCancel(t.Context())
	h.Progress = func(string, int64, int64) { cancel() }
	if _, err := h.Pull(ctx, "hf:ann/m"); !errors.Is(err, context.Canceled) {
		t.Fatal(err)
	}
	h.Progress = nil
	s.fail(nil, nil)
	s.put("ann/m", "m.gguf", now)
	m, err := h.Pull(t.Context(), "hf:ann/m")
	if err != nil {
		t.Fatal(err)
	}
	holds(t, m.path(h.Dir), now)
	s.put("ann/m", "m.gguf", old) // and a whole file is replaced only once the other is whole
	if m, err = h.Pull(t.Context(), "hf:ann/m"); err != nil {
		t.Fatal(err)
	}
	holds(t, m.path(h.Dir), old)
}

func TestRefused(t *testing.T) {
	s := newServer(t)
	s.put("meta/gated", "m.gguf", random(12, 1000))
	s.gated["meta/gated"] = "hf_good"
	s.put("ann/empty", "README.md", []byte("x"))
	s.put("ollama/library/tuned:latest", "model", []byte("x"))
	s.put("ollama/library/tuned:latest", "adapter", []byte("y"))
	s.put("ann/split", "m-00001-of-00003.gguf", []byte("x"))
	limited := 0
	for name, c := range map[string]struct {
		token string
		want  error
		text  string
	}{
		"hf:meta/gated":           {want: ErrGated, text: "set HF_TOKEN"},
		"hf:meta/gated:":          {text: "tag"},
		"hf:nobody/nothing":       {want: ErrNotFound, text: "Repository not found"},
		"hf:ann/empty":            {want: ErrNotFound, text: "neither GGUF"},
		"hf:ann/split":            {want: ErrNotFound, text: "part 2 of 3"},
		"hf:ann/split:Q9":         {want: ErrNotFound, text: "no file for the tag Q9"},
		"hf:ann/split/other.gguf": {want: ErrNotFound, text: "there are m-00001-of-00003.gguf"},
		"ollama:nothing":          {want: ErrNotFound, text: "MANIFEST_UNKNOWN"},
		"ollama:tuned":            {text: "the model is an adapter on a base"},
		"hf:justone":              {text: "want hf:OWNER/NAME"},
		"hf:../../etc":            {text: "other characters"},
		"hf:a/b/../../../x.gguf":  {text: "other characters"},
		"gguf":                    {text: "llama3.1"},
	} {
		h := open(t, s)
		h.Token = c.token
		_, err := h.Path(t.Context(), name)
		if err == nil || c.want != nil && !errors.Is(err, c.want) || !strings.Contains(err.Error(), c.text) {
			t.Errorf("%s: %v, want %v %q", name, err, c.want, c.text)
		}
	}
	h := open(t, s)
	h.Token = "hf_bad"
	if _, err := h.Pull(t.Context(), "hf:meta/gated"); !errors.Is(err, ErrGated) || !strings.Contains(err.Error(), "the token has no access") {
		t.Error(err)
	}
	h.Token = "hf_good"
	if _, err := h.Pull(t.Context(), "hf:meta/gated"); err != nil {
		t.Error(err)
	}
	s.fail(nil, func(w http.ResponseWriter, _ *http.Request) bool {
		if limited++; limited > 2 {
			return false
		}
		w.Header().Set("Retry-After", "0")
		w.WriteHeader(http.StatusTooManyRequests)
		return true
	})

	s.put("ann/m", "m.gguf", []byte("content"))
	if _, err := h.Pull(t.Context(), "hf:ann/m"); err != nil || limited < 3 {
		t.Errorf("after two refusals: %v", err)
	}
}

// TestFullDisk keeps what has come and goes on with it.
func TestFullDisk(t *testing.T) {
	s := newServer(t)
	content := random(13, 1<<20)
	s.put("ann/m", "m.gguf", content)
	h := open(t, s)
	room := 600_000
	h.write = func(f *os.File, b []byte) (int, error) {
		n := min(room, len(b))
		room -= n
		w, err := f.Write(b[:n])
		if err == nil && n < len(b) {
			err = &os.PathError{Op: "write", Path: f.Name(), Err: syscall.ENOSPC}
		}
		return w, err
	}
	if _, err := h.Pull(t.Context(), "hf:ann/m"); !errors.Is(err, ErrDiskFull) || !strings.Contains(err.Error(), "make room") {
		t.Fatal(err)
	}
	h.write = nil
	before, _ := s.counts()
	m, err := h.Pull(t.Context(), "hf:ann/m")
	if err != nil {
		t.Fatal(err)
	}
	holds(t, m.path(h.Dir), content)
	if after, _ := s.counts(); after-before != 1<<20-600_000 {
		t.Errorf("%d bytes were served for the rest", after-before)
	}
}

// TestTogether pulls one model from many sides at once: it is transferred once.
func TestTogether(t *testing.T) {
	s := newServer(t)
	content := random(14, 1<<20)
	s.put("ann/m", "m.gguf", content)
	dir := filepath.Join(t.TempDir(), "models")
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			h := &Hub{Dir: dir, Endpoint: s.hub.URL, pause: time.Millisecond}
			path, err := h.Path(t.Context(), "hf:ann/m")
			if err != nil {
				t.Error(err)
				return
			}
			if b, err := os.ReadFile(path); err != nil || string(b) != string(content) {
				t.Errorf("%d bytes, %v", len(b), err)
			}
		})
	}
	wg.Wait()
	if served, _ := s.counts(); served != 1<<20 {
		t.Errorf("%d bytes were served", served)
	}
}

// TestFound uses what other programs left, where it lies.
func TestFound(t *testing.T) {
	dir := t.TempDir()
	write := func(path string, b []byte) string {
		path = filepath.Join(dir, path)
		if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o755), os.WriteFile(path, b, 0o644)); err != nil {
			t.Fatal(err)
		}
		return path
	}
	b := random(15, 100)
	h := &Hub{Dir: filepath.Join(dir, "models"), HubCache: filepath.Join(dir, "hub"), OllamaModels: []string{filepath.Join(dir, "none"), filepath.Join(dir, "ollama")}, Offline: true}
	write("hub/models--ann--m/refs/main", []byte(commit))
	snapshot := "hub/models--ann--m/snapshots/" + commit + "/"
	q4 := write(snapshot+"m-Q4_K_M.gguf", b)
	q8 := write(snapshot+"m-Q8_0.gguf", b)
	broken := filepath.Join(dir, snapshot, "m-F16.gguf")
	if err := os.Symlink("../../blobs/gone", broken); err != nil {
		t.Skipf("no links here: %v", err)
	}
	model := write("ollama/blobs/sha256-"+sha(b), b)
	write("ollama/manifests/registry.ollama.ai/library/llama3.1/latest", fmt.Appendf(nil,
		`{"layers":[{"mediaType":%q,"digest":"sha256:%s","size":%d}]}`, layer+"model", sha(b), len(b)))
	for name, want := range map[string]string{"hf:ann/m": q4, "hf:ann/m:Q8_0": q8, "ollama:llama3.1": model} {
		if got, err := h.Path(t.Context(), name); err != nil || got != want {
			t.Errorf("%s: %s, %v", name, got, err)
		}
	}
	for _, name := range []string{"hf:ann/m:F16", "hf:ann/other", "ollama:llama3.1:70b"} {
		if got, err := h.Path(t.Context(), name); !errors.Is(err, ErrOffline) {
			t.Errorf("%s: %s, %v", name, got, err)
		}
	}
	if err := os.Truncate(model, 50); err != nil {
		t.Fatal(err)
	}
	if got, err := h.Path(t.Context(), "ollama:llama3.1"); err == nil {
		t.Errorf("a blob that is cut short is taken: %s", got)
	}
}

func TestNames(t *testing.T) {
	for s, want := range map[string]Name{
		"hf:a/b":             {Source: HuggingFace, Repo: "a/b"},
		"hf:a/b:Q4_K_M":      {Source: HuggingFace, Repo: "a/b", Tag: "Q4_K_M"},
		"hf:a/b/c/d.gguf":    {Source: HuggingFace, Repo: "a/b", File: "c/d.gguf"},
		"ollama:llama3.1":    {Source: Ollama, Repo: "library/llama3.1", Tag: "latest"},
		"ollama:ann/mine:7b": {Source: Ollama, Repo: "ann/mine", Tag: "7b"},
		"llama3.1":           {Source: HuggingFace, Repo: "bartowski/Meta-Llama-3.1-8B-Instruct-GGUF", Tag: "Q4_K_M"},
	} {
		got, err := Parse(s)
		if err != nil || got != want {
			t.Errorf("%s: %+v, %v", s, got, err)
		}
		if again, err := Parse(got.String()); err != nil || again != want {
			t.Errorf("%s: %s reads as %+v, %v", s, got, again, err)
		}
		if !IsName(s) {
			t.Errorf("%s is no name", s)
		}
	}
	for s, want := range map[string]string{ // as people copy them
		"https://huggingface.co/a/b":                                       "hf:a/b",
		"https://huggingface.co/a/b/":                                      "hf:a/b",
		"https://huggingface.co/a/b/tree/main":                             "hf:a/b",
		"https://huggingface.co/a/b?show_file_info=x.gguf":                 "hf:a/b",
		"https://huggingface.co/a/b/blob/main/x-Q4_K_M.gguf":               "hf:a/b/x-Q4_K_M.gguf",
		"https://huggingface.co/a/b/resolve/main/c/x.gguf?download=true#x": "hf:a/b/c/x.gguf",
		"http://www.huggingface.co/a/b":                                    "hf:a/b",
		"hf.co/a/b:Q8_0":                                                   "hf:a/b:Q8_0",
		"huggingface.co/a/b":                                               "hf:a/b",
		"https://ollama.com/library/llama3.2:1b":                           "ollama:llama3.2:1b",
		"ollama.com/ann/mine":                                              "ollama:ann/mine:latest",
	} {
		if got, err := Parse(s); err != nil || got.String() != want || !IsName(s) {
			t.Errorf("%s: %s, %v, want %s", s, got, err, want)
		}
	}
	for s, want := range map[string]string{
		"https://example.com/x.gguf":                      "once it is on this disk",
		"https://huggingface.co/a":                        "once it is on this disk",
		"https://huggingface.co/a/b/resolve/v1/x.gguf":    "main branch",
		"https://huggingface.co/a/b/resolve/main/../x/..": "other characters",
		"https://huggingface.co/a/b:Q4/resolve/main/x":    "other characters",
		"bartowski/Meta-Llama-3.1-8B-Instruct-GGUF:Q4":    "did you mean hf:bartowski/Meta-Llama-3.1-8B-Instruct-GGUF:Q4?",
	} {
		if n, err := Parse(s); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %+v, %v, want %s", s, n, err, want)
		}
	}
	for _, s := range []string{"mini", "model.gguf", "./hf", "C:/models/x.gguf", "hf/a/b", "", "a/b", "hf.com/x", "models/huggingface.co/x"} {
		if IsName(s) {
			t.Errorf("%q is taken for a name", s)
		}
	}
	for s := range Short {
		if _, err := Parse(s); err != nil {
			t.Error(err)
		}
	}
}

// TestDirectory: of a repository of safetensors the files are taken that a folder is opened by.
func TestDirectory(t *testing.T) {
	for _, c := range []struct{ files, want, refused string }{
		{files: "config.json model.safetensors tokenizer.json README.md", want: "config.json model.safetensors tokenizer.json"},
		{files: "config.json consolidated.safetensors model-00001-of-00002.safetensors model-00002-of-00002.safetensors model.safetensors.index.json params.json",
			want: "config.json model-00001-of-00002.safetensors model-00002-of-00002.safetensors model.safetensors.index.json params.json"},
		{files: "adapter_config.json adapter_model.safetensors", want: "adapter_config.json adapter_model.safetensors"},
		{files: "config.json model-00001-of-00002.safetensors", refused: "model-00002-of-00002.safetensors is missing"},
	} {
		got, err := choose(Name{}, strings.Fields(c.files))
		if c.refused != "" && (!errors.Is(err, ErrNotFound) || !strings.Contains(err.Error(), c.refused)) || c.refused == "" && (err != nil || strings.Join(got, " ") != c.want) {
			t.Errorf("%s: %v, %v", c.files, got, err)
		}
	}
}

// TestToken: the token goes to the hub and to nobody that the hub sends on to, whatever is
// asked for; nor in the clear where the hub is asked under TLS.
func TestToken(t *testing.T) {
	s := newServer(t)
	s.put("meta/gated", "m.gguf", random(12, 1000))
	s.put("meta/gated", "config.json", []byte("{}"))
	s.gated["meta/gated"] = "hf_good"
	var told []string
	other := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "" {
			told = append(told, r.URL.Path)
		}
		r.Header.Set("Authorization", "Bearer hf_good") // what it has is open
		s.api = nil
		s.serveHub(w, r)
	}))
	defer other.Close()
	for _, sent := range []string{"/api/", "/resolve/"} {
		h := open(t, s)
		h.Token = "hf_good"
		s.fail(nil, func(w http.ResponseWriter, r *http.Request) bool {
			if !strings.Contains(r.URL.Path, sent) {
				return false
			}
			if r.Header.Get("Authorization") != "Bearer hf_good" {
				t.Errorf("%s without a token", r.URL.Path)
			}
			w.Header().Set("Location", other.URL+r.URL.RequestURI())
			w.WriteHeader(http.StatusTemporaryRedirect)
			return true
		})
		if _, err := h.Pull(t.Context(), "hf:meta/gated"); err != nil {
			t.Errorf("%s goes to another host: %v", sent, err)
		}
		if len(told) > 0 {
			t.Errorf("%s goes to another host, which is told the token at %v", sent, told)
		}
	}
	for from, kept := range map[string]bool{"https://hub.example/a": true, "https://hub.example:8443/a": false, "https://cdn.hub.example/a": false, "http://hub.example/a": false} {
		first, _ := http.NewRequest(http.MethodGet, "https://hub.example/x", nil)
		next, _ := http.NewRequest(http.MethodGet, from, nil)
		next.Header.Set("Authorization", "Bearer hf_good")
		if err := keepToken(next, []*http.Request{first}); err != nil || (next.Header.Get("Authorization") != "") != kept {
			t.Errorf("%s: %q, %v", from, next.Header.Get("Authorization"), err)
		}
	}
}
