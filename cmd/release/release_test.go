package main

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"
)

// TestPack: the same files give the same bytes, in whatever order and whenever they were
// written, and are what was put in.
func TestPack(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) string {
		name = filepath.Join(dir, name)
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return name
	}
	program, text := write("p", "program"), write("t", "text")
	at := time.Date(2026, 11, 28, 0, 0, 0, 0, time.UTC)
	for _, zipped := range []bool{false, true} {
		one, err := pack("chaski-v1", zipped, at, []entry{{"chaski", program, 0o755}, {"man/a.1", text, 0o644}})
		if err != nil {
			t.Fatal(err)
		}
		if err := os.Chtimes(text, time.Time{}, time.Now()); err != nil {
			t.Fatal(err)
		}
		two, err := pack("chaski-v1", zipped, at, []entry{{"man/a.1", text, 0o644}, {"chaski", program, 0o755}})
		if err != nil || !bytes.Equal(one, two) {
			t.Errorf("zipped %v: the bytes differ, %v", zipped, err)
		}
		if got := unpack(t, one, zipped); got != "chaski-v1/chaski -rwxr-xr-x program|chaski-v1/man/a.1 -rw-r--r-- text|" {
			t.Error(got)
		}
	}
	if _, err := pack("x", false, at, []entry{{"gone", filepath.Join(dir, "gone"), 0o644}}); !errors.Is(err, os.ErrNotExist) {
		t.Error(err)
	}
}

func unpack(t *testing.T, data []byte, zipped bool) string {
	t.Helper()
	var b strings.Builder
	if zipped {
		r, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range r.File {
			in, err := f.Open()
			if err != nil {
				t.Fatal(err)
			}
			text, err := io.ReadAll(in)
			if err != nil {
				t.Fatal(err)
			}
			fmt.Fprintf(&b, "%s %s %s|", f.Name, f.Mode(), text)
		}
		return b.String()
	}
	z, err := gzip.NewReader(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	for r := tar.NewReader(z); ; {
		h, err := r.Next()
		if err == io.EOF {
			return b.String()
		}
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(&b, "%s %s %s|", h.Name, h.FileInfo().Mode(), text)
	}
}

// TestLinked: what the README links to is in the archives, and what those pages link to; each
// once, and each link leads to a file that is there.
func TestLinked(t *testing.T) {
	t.Chdir(filepath.Join("..", ".."))
	entries, err := linkedFrom("README.md")
	if err != nil {
		t.Fatal(err)
	}
	names := map[string]int{}
	for _, e := range entries {
		names[e.name]++
		if _, err := os.Stat(e.file); err != nil {
			t.Error(err)
		}
	}
	readme, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	pages := 0
	for _, piece := range strings.Split(string(readme), "](docs/")[1:] {
		name, _, _ := strings.Cut(piece, ")")
		if names["docs/"+name] != 1 {
			t.Errorf("docs/%s is in the archive %d times", name, names["docs/"+name])
		}
		pages++
	}
	if pages < 10 || names["docs/console/chat-light.jpg"] != 1 || names["README.md"] != 0 {
		t.Error(pages, names)
	}
	dir := t.TempDir()
	t.Chdir(dir)
	if err := os.WriteFile("README.md", []byte("[a](gone.md)"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := linkedFrom("README.md"); !errors.Is(err, os.ErrNotExist) {
		t.Error("a page that is not there:", err)
	}
}

func TestRefused(t *testing.T) {
	t.Setenv("SOURCE_DATE_EPOCH", "1")
	for _, v := range []string{"", "1.2.3", "v1", "v1.2.3 -X main.x=y", "v01.2.3"} {
		if err := release(t.Context(), v, t.TempDir(), nil); err == nil || !strings.Contains(err.Error(), "-version") {
			t.Errorf("%q: %v", v, err)
		}
	}
}

// TestRelease builds for this platform and runs what comes out: minutes where nothing is
// cached, so only with CHASKI_TEST_RELEASE=1.
func TestRelease(t *testing.T) {
	if os.Getenv("CHASKI_TEST_RELEASE") == "" {
		t.Skip("set CHASKI_TEST_RELEASE=1: it builds the program anew")
	}
	if runtime.GOOS == "windows" {
		t.Skip("the archive is unpacked with tar here")
	}
	t.Chdir(filepath.Join("..", ".."))
	out := t.TempDir()
	if err := release(t.Context(), "v9.8.7", out, []string{runtime.GOOS + "/" + runtime.GOARCH}); err != nil {
		t.Fatal(err)
	}
	name := fmt.Sprintf("chaski-v9.8.7-%s-%s", runtime.GOOS, runtime.GOARCH)
	data, err := os.ReadFile(filepath.Join(out, name+".tar.gz"))
	if err != nil {
		t.Fatal(err)
	}
	sums, err := os.ReadFile(filepath.Join(out, "SHA256SUMS"))
	if want := fmt.Sprintf("%x  %s.tar.gz\n", sha256.Sum256(data), name); err != nil || string(sums) != want {
		t.Errorf("%s%v", sums, err)
	}
	if text, err := exec.Command("tar", "-xzf", filepath.Join(out, name+".tar.gz"), "-C", out).CombinedOutput(); err != nil {
		t.Fatal(string(text))
	}
	version, err := exec.Command(filepath.Join(out, name, "chaski"), "--version").Output()
	if err != nil || !strings.HasPrefix(string(version), "chaski v9.8.7 ") {
		t.Errorf("%s%v", version, err)
	}
	for _, file := range []string{"LICENSE", "README.md", "docs/agent.md", "man/chaski.1", "man/chaski-runs-show.1", "completions/_chaski"} {
		if _, err := os.Stat(filepath.Join(out, name, file)); err != nil {
			t.Error(err)
		}
	}
}
