package hub

import (
	"cmp"
	"context"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/gofrs/flock"
)

// remote is a file at its source.
type remote struct {
	path string // where it goes, within the hub's folder
	url  string // redirects to a signed address, which expires: it is asked anew each time
	size int64
	sum  string // "sha256:HEX", or "git:HEX": sha1 of "blob SIZE\x00" and the content
	auth string // the Authorization header for url's own host, if any
}

// have are the bytes of a file that are here already.
func (h *Hub) have(f remote) int64 {
	if info, err := os.Stat(filepath.Join(h.Dir, f.path)); err == nil && info.Size() == f.size {
		return f.size
	}
	if info, err := os.Stat(h.partOf(f)); err == nil {
		return min(info.Size(), f.size)
	}
	return 0
}

// partOf is where a file is written until it is whole.
func (h *Hub) partOf(f remote) string {
	_, sum, _ := strings.Cut(f.sum, ":")
	return filepath.Join(h.Dir, f.path) + "." + sum[:min(16, len(sum))] + ".part"
}

// fetch brings a file here, unless it is.
func (h *Hub) fetch(ctx context.Context, f remote) (err error) {
	path := filepath.Join(h.Dir, f.path)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	unlock, err := h.lock(ctx, f.path)
	if err != nil {
		return err
	}
	defer unlock()
	if info, err := os.Stat(path); err == nil && info.Size() == f.size {
		if same, err := h.same(ctx, path, f); err != nil || same {
			return err
		}
	}
	part := h.partOf(f)
	for _, p := range partsOf(path) { // of a version that is no more
		if p != part {
			_ = os.Remove(p)
		}
	}
	file, err := os.OpenFile(part, os.O_RDWR|os.O_CREATE, 0o644)
	if err != nil {
		return full(err, h.Dir)
	}
	t := &transfer{h: h, f: f, file: file}
	err = t.run(ctx)
	if err == nil {
		err = file.Sync()
	}
	if e := file.Close(); err == nil {
		err = e
	}
	if errors.Is(err, ErrCorrupt) {
		_ = os.Remove(part)
	}
	if err != nil {
		return full(err, h.Dir)
	}
	return os.Rename(part, path)
}

// lock makes this the only pull of a file on this machine.
func (h *Hub) lock(ctx context.Context, path string) (func(), error) {
	dir := filepath.Join(h.Dir, ".locks")
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, err
	}
	name := sha256.Sum256([]byte(path))
	l := flock.New(filepath.Join(dir, hex.EncodeToString(name[:20])))
	ok, err := l.TryLock()
	if err == nil && !ok {
		h.notice("another process is pulling %s: waiting for it", filepath.Base(path))
		_, err = l.TryLockContext(ctx, 200*time.Millisecond)
	}
	if err != nil {
		return nil, err
	}
	return func() { _ = l.Unlock() }, nil
}

// same reports whether a file on disk has the hash of its source.
func (h *Hub) same(ctx context.Context, path string, f remote) (bool, error) {
	file, err := os.Open(path)
	if err != nil {
		return false, err
	}
	defer file.Close()
	sum, want, err := f.hash()
	if err != nil {
		return false, err
	}
	if _, err := io.Copy(sum, reader{ctx, file}); err != nil {
		return false, err
	}
	return hex.EncodeToString(sum.Sum(nil)) == want, nil
}

// hash returns the hash to compute and what it must be.
func (f *remote) hash() (hash.Hash, string, error) {
	kind, want, _ := strings.Cut(f.sum, ":")
	switch {
	case kind == "sha256" && len(want) == 64:
		return sha256.New(), want, nil
	case kind == "git" && len(want) == 40:
		s := sha1.New()
		fmt.Fprintf(s, "blob %d\x00", f.size)
		return s, want, nil
	}
	return nil, "", fmt.Errorf("%s: its source gives no hash to check it by, but %q", f.path, f.sum)
}

// transfer is one file on its way.
type transfer struct {
	h    *Hub
	f    remote
	file *os.File
	sum  hash.Hash
	off  int64 // bytes that are written and in sum
}

func (t *transfer) run(ctx context.Context) error {
	_, want, err := t.f.hash()
	if err != nil {
		return err
	}
	if err := t.resume(ctx); err != nil {
		return err
	}
	for try, again := 0, false; ; {
		before := t.off
		err := error(nil)
		if t.off < t.f.size {
			err = t.attempt(ctx)
		}
		if err == nil && t.off == t.f.size {
			if hex.EncodeToString(t.sum.Sum(nil)) == want {
				return nil
			}
			if again { // once may be a damaged part
				return fmt.Errorf("%w: %s has another hash than %s", ErrCorrupt, t.f.path, t.f.sum)
			}
			again = true
			if err := t.restart(); err != nil {
				return err
			}
			continue
		}
		var wait *waitError
		switch {
		case ctx.Err() != nil:
			return ctx.Err()
		case err != nil && !errors.As(err, &wait):
			return err
		}
		if t.off > before {
			try = 0
		}
		if try++; try >= wait.tries() {
			err = fmt.Errorf("%s: no bytes in %d tries, the last: %w", t.f.path, try, err)
			if t.off > 0 {
				err = fmt.Errorf("%w; %s of %s are here, the next pull goes on with them", err, Bytes(t.off), Bytes(t.f.size))
			}
			return err
		}
		if err := t.h.sleep(ctx, try, wait); err != nil {
			return err
		}
	}
}

// resume reads what is there into the hash.
func (t *transfer) resume(ctx context.Context) error {
	var err error
	if t.sum, _, err = t.f.hash(); err != nil {
		return err
	}
	if info, err := t.file.Stat(); err != nil || info.Size() > t.f.size {
		return errors.Join(err, t.restart())
	}
	t.off, err = io.Copy(t.sum, reader{ctx, t.file})
	return err
}

func (t *transfer) restart() (err error) {
	if err = t.file.Truncate(0); err == nil {
		_, err = t.file.Seek(0, io.SeekStart)
	}
	t.off = 0
	t.sum, _, _ = t.f.hash()
	return err
}

// attempt asks for what is missing and writes what comes.
func (t *transfer) attempt(ctx context.Context) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	idle := cmp.Or(t.h.idle, time.Minute)
	timer := time.AfterFunc(idle, func() { cancel(errSilent) })
	defer timer.Stop()
	req, err := t.h.request(ctx, http.MethodGet, t.f.url, t.f.auth)
	if err != nil {
		return err
	}
	if t.off > 0 {
		req.Header.Set("Range", fmt.Sprintf("bytes=%d-", t.off))
	}
	resp, err := t.h.do(req, keepToken)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	switch {
	case resp.StatusCode == http.StatusOK: // the whole file, whatever was asked for
		if err := t.restart(); err != nil {
			return err
		}
	case resp.StatusCode == http.StatusPartialContent && inRange(resp.Header.Get("Content-Range"), t.off, t.f.size):
	case resp.StatusCode == http.StatusPartialContent, resp.StatusCode == http.StatusRequestedRangeNotSatisfiable:
		if t.off == 0 {
			return &waitError{err: fmt.Errorf("a part of %s came that was not asked for: %q", t.f.path, resp.Header.Get("Content-Range"))}
		}
		got := resp.Header.Get("Content-Range")
		if err := t.restart(); err != nil {
			return err
		}
		return &waitError{err: fmt.Errorf("asked for the rest of %s, the server answered %d with the range %q: it is begun anew", t.f.path, resp.StatusCode, got)}
	default:
		return status(resp, t.f.url)
	}
	body := io.LimitReader(resp.Body, t.f.size-t.off+1)
	buf := make([]byte, 256<<10)
	for {
		n, err := body.Read(buf)
		timer.Reset(idle)
		if n > 0 {
			if t.off+int64(n) > t.f.size {
				return errors.Join(t.restart(), &waitError{err: fmt.Errorf("%s is longer than %d bytes", t.f.path, t.f.size)})
			}
			w, werr := t.writeAll(buf[:n])
			t.sum.Write(buf[:w])
			t.off += int64(w)
			if werr != nil {
				return werr
			}
			if t.h.Progress != nil {
				t.h.Progress(filepath.Base(t.f.path), t.off, t.f.size)
			}
		}
		switch {
		case err == io.EOF && t.off < t.f.size:
			return &waitError{err: fmt.Errorf("%s: the connection ended after %d of %d bytes", t.f.path, t.off, t.f.size)}
		case err == io.EOF:
			return nil
		case err != nil:
			return &waitError{err: fmt.Errorf("the connection to %s failed: %w", resp.Request.URL.Host, cmp.Or(context.Cause(ctx), err))}
		}
	}
}

func (t *transfer) writeAll(b []byte) (int, error) {
	if t.h.write != nil {
		return t.h.write(t.file, b)
	}
	return t.file.Write(b)
}

// inRange reports whether a Content-Range goes from off to the end of size bytes.
func inRange(s string, off, size int64) bool {
	return s == fmt.Sprintf("bytes %d-%d/%d", off, size-1, size) || s == fmt.Sprintf("bytes %d-%d/*", off, size-1)
}

// full names the folder where the disk is full; what has come stays.
func full(err error, dir string) error {
	if errors.Is(err, syscall.ENOSPC) {
		return fmt.Errorf("%w in %s: what has come is kept, make room and pull again: %w", ErrDiskFull, dir, err)
	}
	var p *fs.PathError
	if errors.As(err, &p) && errors.Is(err, fs.ErrPermission) {
		return fmt.Errorf("the folder of models cannot be written, CHASKI_MODELS names another: %w", err)
	}
	return err
}

// reader ends with its context.
type reader struct {
	ctx context.Context
	io.Reader
}

func (r reader) Read(b []byte) (int, error) {
	if err := r.ctx.Err(); err != nil {
		return 0, err
	}
	return r.Reader.Read(b)
}
