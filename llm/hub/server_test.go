package hub

import (
	"crypto/sha1"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"
)

// server behaves as the Hugging Face hub and an Ollama registry do: it redirects to signed
// addresses on another host, which expire, and serves ranges there.
type server struct {
	hub, cdn *httptest.Server

	mu     sync.Mutex
	repos  map[string]map[string][]byte // files by repository and name
	gated  map[string]string            // the token a repository wants
	signed map[string]bool              // addresses that are good
	served int64                        // bytes of files
	gets   int                          // of files
	active int                          // of them

	// fault may answer a request for a file's bytes itself; it returns whether it did.
	fault func(w http.ResponseWriter, r *http.Request, content []byte) bool
	// api may answer a request to the hub itself.
	api func(w http.ResponseWriter, r *http.Request) bool
}

func newServer(t testing.TB) *server {
	s := &server{repos: map[string]map[string][]byte{}, gated: map[string]string{}, signed: map[string]bool{}}
	s.hub = httptest.NewServer(http.HandlerFunc(s.serveHub))
	s.cdn = httptest.NewServer(http.HandlerFunc(s.serveFile))
	t.Cleanup(s.hub.Close)
	t.Cleanup(s.cdn.Close)
	return s
}

// random are bytes that differ for each seed.
func random(seed uint64, n int) []byte {
	rng := rand.New(rand.NewPCG(seed, 1))
	b := make([]byte, n)
	for i := range b {
		b[i] = byte(rng.Uint32())
	}
	return b
}

func (s *server) put(repo, name string, content []byte) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.repos[repo] == nil {
		s.repos[repo] = map[string][]byte{}
	}
	s.repos[repo][name] = content
}

func sha(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

func blob(b []byte) string {
	sum := sha1.Sum(append(fmt.Appendf(nil, "blob %d\x00", len(b)), b...))
	return hex.EncodeToString(sum[:])
}

// large files are kept by their sha256, small ones in the repository.
func large(name string) bool {
	return strings.HasSuffix(name, ".gguf") || strings.HasSuffix(name, ".safetensors")
}

const commit = "0123456789abcdef0123456789abcdef01234567"

func (s *server) serveHub(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.api != nil && s.api(w, r) {
		return
	}
	path := r.URL.Path
	switch {
	case strings.HasPrefix(path, "/api/models/"):
		repo, _ := strings.CutSuffix(strings.TrimPrefix(path, "/api/models/"), "/revision/main")
		files, ok := s.repos[repo]
		if !ok {
			http.Error(w, "Repository not found", http.StatusNotFound)
			return
		}
		var list []map[string]any
		for name, b := range files {
			f := map[string]any{"rfilename": name, "size": len(b), "blobId": blob(b)}
			if large(name) {
				f["lfs"] = map[string]any{"sha256": sha(b), "size": len(b), "pointerSize": 135}
			}
			list = append(list, f)
		}
		_ = json.NewEncoder(w).Encode(map[string]any{"sha": commit, "siblings": list})
	case strings.HasPrefix(path, "/v2/"):
		s.serveRegistry(w, r)
	default:
		repo, name, _ := strings.Cut(strings.TrimPrefix(path, "/"), "/resolve/"+commit+"/")
		b, ok := s.repos[repo][name]
		switch {
		case s.gated[repo] != "" && r.Header.Get("Authorization") == "":
			http.Error(w, "Access to model is restricted", http.StatusUnauthorized)
		case s.gated[repo] != "" && r.Header.Get("Authorization") != "Bearer "+s.gated[repo]:
			http.Error(w, "Access to model is restricted", http.StatusForbidden)
		case !ok:
			http.Error(w, "Entry not found", http.StatusNotFound)
		case !large(name):
			w.Header().Set("X-Repo-Commit", commit)
			w.Header().Set("ETag", `"`+blob(b)+`"`)
			http.ServeContent(w, r, "", httpTime, strings.NewReader(string(b)))
		default:
			w.Header().Set("X-Repo-Commit", commit)
			w.Header().Set("X-Linked-Size", fmt.Sprint(len(b)))
			w.Header().Set("X-Linked-ETag", `"`+sha(b)+`"`)
			s.sign(w, r, repo+"/"+name)
		}
	}
}

func (s *server) serveRegistry(w http.ResponseWriter, r *http.Request) {
	repo, ref, ok := strings.Cut(strings.TrimPrefix(r.URL.Path, "/v2/"), "/manifests/")
	if ok {
		files, ok := s.repos["ollama/"+repo+":"+ref]
		if !ok {
			http.Error(w, `{"errors":[{"code":"MANIFEST_UNKNOWN"}]}`, http.StatusNotFound)
			return
		}
		var layers []map[string]any
		for _, kind := range []string{"model", "adapter", "template", "license", "params"} {
			if b, ok := files[kind]; ok {
				layers = append(layers, map[string]any{"mediaType": layer + kind, "digest": "sha256:" + sha(b), "size": len(b)})
			}
		}
		_ = json.NewEncoder(w).Encode(map[string]any{"schemaVersion": 2, "layers": layers})
		return
	}
	repo, digest, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/v2/"), "/blobs/sha256:")
	for name, files := range s.repos {
		for kind, b := range files {
			if strings.HasPrefix(name, "ollama/"+repo+":") && sha(b) == digest {
				s.sign(w, r, name+"/"+kind)
				return
			}
		}
	}
	http.NotFound(w, r)
}

// sign redirects to an address that is good once.
func (s *server) sign(w http.ResponseWriter, r *http.Request, file string) {
	sig := fmt.Sprint(rand.Uint64())
	s.signed[sig] = true
	w.Header().Set("Location", s.cdn.URL+"/"+file+"?sig="+sig)
	w.WriteHeader(http.StatusFound)
}

// serveFile serves what a signed address names.
func (s *server) serveFile(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	sig := r.URL.Query().Get("sig")
	good := s.signed[sig]
	delete(s.signed, sig)
	var content []byte
	for repo, files := range s.repos {
		for name, b := range files {
			if r.URL.Path == "/"+repo+"/"+name {
				content = b
			}
		}
	}
	s.gets++
	s.active++
	fault := s.fault
	s.mu.Unlock()
	defer func() {
		s.mu.Lock()
		s.active--
		s.mu.Unlock()
	}()
	switch {
	case r.Header.Get("Authorization") != "":
		http.Error(w, "only one auth mechanism allowed", http.StatusBadRequest) // as the hub's storage says
	case !good:
		http.Error(w, "<Error><Code>AccessDenied</Code><Message>Request has expired</Message></Error>", http.StatusForbidden)
	case fault != nil && fault(w, r, content):
	default:
		http.ServeContent(&counter{w, s}, r, "", httpTime, strings.NewReader(string(content)))
	}
}

// counter counts the bytes that were served.
type counter struct {
	http.ResponseWriter
	s *server
}

func (c *counter) Write(b []byte) (int, error) {
	n, err := c.ResponseWriter.Write(b)
	c.s.mu.Lock()
	c.s.served += int64(n)
	c.s.mu.Unlock()
	return n, err
}

// counts returns the bytes of files that were served, and the requests for them, once none
// is being answered: the other side has the last byte before the server knows.
func (s *server) counts() (served int64, gets int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for s.active > 0 {
		s.mu.Unlock()
		time.Sleep(time.Millisecond)
		s.mu.Lock()
	}
	return s.served, s.gets
}

// fail makes requests for files, or for the hub, go through fault or api first.
func (s *server) fail(fault func(w http.ResponseWriter, r *http.Request, content []byte) bool, api func(w http.ResponseWriter, r *http.Request) bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.fault, s.api = fault, api
}
