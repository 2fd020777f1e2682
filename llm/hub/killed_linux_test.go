package hub

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"
)

// TestMain is the program that TestKilled kills, where the environment says so.
func TestMain(m *testing.M) {
	url := os.Getenv("HUB_TEST_PULL")
	if url == "" {
		os.Exit(m.Run())
	}
	h := &Hub{Dir: os.Getenv("HUB_TEST_DIR"), Endpoint: url, pause: time.Millisecond}
	if _, err := h.Path(context.Background(), "hf:ann/m"); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(0)
}

// TestKilled kills a pull at fifty random bytes: each goes on with what the one before it
// has left, and what gets its name is the file.
func TestKilled(t *testing.T) {
	const size, kills = 4 << 20, 50
	content := random(16, size)
	s := newServer(t)
	s.put("ann/m", "m.gguf", content)
	stop := make(chan struct{}, 1)
	var after atomic.Int64 // bytes until it stops; 0 is never
	s.fail(func(w http.ResponseWriter, r *http.Request, b []byte) bool {
		n := int(after.Load())
		if n == 0 {
			return false
		}
		off := 0
		if from := r.Header.Get("Range"); from != "" {
			fmt.Sscanf(from, "bytes=%d-", &off)
			w.Header().Set("Content-Range", fmt.Sprintf("bytes %d-%d/%d", off, len(b)-1, len(b)))
			w.WriteHeader(http.StatusPartialContent)
		}
		_, _ = w.Write(b[off:min(off+n, len(b))])
		w.(http.Flusher).Flush()
		stop <- struct{}{}
		<-r.Context().Done()
		return true
	}, nil)

	dir := t.TempDir()
	path := filepath.Join(dir, "hf", "ann", "m", "m.gguf")
	child := func() *exec.Cmd {
		c := exec.Command(os.Args[0])
		c.Env = append(os.Environ(), "HUB_TEST_PULL="+s.hub.URL, "HUB_TEST_DIR="+dir)
		c.Stderr = os.Stderr
		return c
	}
	rng := rand.New(rand.NewPCG(17, 1))
	kept := int64(0)
	for i := range kills {
		after.Store(int64(1 + rng.IntN(2*size/kills)))
		c := child()
		if err := c.Start(); err != nil {
			t.Fatal(err)
		}
		<-stop
		time.Sleep(time.Duration(rng.IntN(5)) * time.Millisecond)
		_ = c.Process.Kill()
		_ = c.Wait()
		if _, err := os.Stat(path); err == nil {
			t.Fatalf("kill %d: the file has its name before it is whole", i)
		}
		if p := partsOf(path); len(p) == 1 {
			if info, err := os.Stat(p[0]); err == nil {
				kept = max(kept, info.Size())
			}
		}
	}
	after.Store(0)
	if err := child().Run(); err != nil {
		t.Fatal(err)
	}
	holds(t, path, content)
	if served, _ := s.counts(); kept < size/4 || served > size-size/4 {
		t.Errorf("the last pull was served %d of %d bytes: earlier ones are not gone on with", served, size)
	}
}
