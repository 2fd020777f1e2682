package audit

import (
	"bytes"
	"crypto/ed25519"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chaski-dev/chaski/policies"
	"github.com/chaski-dev/chaski/tools"
)

var testKey = ed25519.NewKeyFromSeed(bytes.Repeat([]byte{7}, 32))

func testLog(t *testing.T, n int) []string {
	t.Helper()
	var b bytes.Buffer
	l, err := New(&b, nil, Options{Every: 4, Key: testKey})
	if err != nil {
		t.Fatal(err)
	}
	for i := range n {
		call := tools.Call{ID: fmt.Sprint(i), Run: "r", Tool: "pay"}
		if err := l.Call(call, policies.Decision{Verdict: policies.Deny, Rule: "a/b"}, time.Unix(int64(i), 0)); err != nil {
			t.Fatal(err)
		}
	}
	if err := l.Checkpoint(time.Unix(99, 0)); err != nil {
		t.Fatal(err)
	}
	return strings.SplitAfter(strings.TrimSuffix(b.String(), "\n")+"\n", "\n")
}

func verify(lines []string) error {
	_, err := Verify(strings.NewReader(strings.Join(lines, "")), testKey.Public().(ed25519.PublicKey))
	return err
}

// TestVerify alters, drops and swaps each entry in turn: the first bad one is named.
func TestVerify(t *testing.T) {
	good := testLog(t, 10)
	good = good[:len(good)-1]
	if err := verify(good); err != nil {
		t.Fatal(err)
	}
	want := func(i int, what string, lines []string) {
		t.Helper()
		err := verify(lines)
		var bad *BadEntry
		if !errors.As(err, &bad) || !errors.Is(err, ErrBad) || bad.Line != i+1 {
			t.Errorf("%s entry %d: %v", what, i+1, err)
		}
	}
	for i := range good {
		lines := append([]string(nil), good...)
		lines[i] = strings.Replace(lines[i], `"at":"19`, `"at":"20`, 1)
		want(i, "altered", lines)
		lines[i] = strings.Replace(good[i], `"at":`, `"at" :`, 1)
		want(i, "respelt", lines)
		if i < len(good)-1 {
			want(i, "dropped", append(append([]string(nil), good[:i]...), good[i+1:]...))
			lines = append([]string(nil), good...)
			lines[i], lines[i+1] = lines[i+1], lines[i]
			want(i, "swapped", lines)
		}
	}
	want(len(good)-1, "cut", append(append([]string(nil), good[:len(good)-1]...), good[len(good)-1][:20]))
}

// TestForgedChain rewrites a whole chain: only the checkpoints' signature gives it away.
func TestForgedChain(t *testing.T) {
	var b bytes.Buffer
	l, _ := New(&b, nil, Options{Every: 2, Key: ed25519.NewKeyFromSeed(bytes.Repeat([]byte{8}, 32))})
	for range 3 {
		if err := l.Append(Entry{Kind: "call"}); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := Verify(bytes.NewReader(b.Bytes()), nil); err != nil {
		t.Fatal(err)
	}
	if err := verify([]string{b.String()}); err == nil || !strings.Contains(err.Error(), "another key") {
		t.Error(err)
	}
}

// TestCutLine: an entry that was not wholly written is taken away when the log is
// opened again, and nothing before it.
func TestCutLine(t *testing.T) {
	good := testLog(t, 3)
	good = good[:len(good)-1]
	text := strings.Join(good, "")
	for cut := 0; cut <= len(text); cut += 41 {
		path := filepath.Join(t.TempDir(), "audit.jsonl")
		if err := os.WriteFile(path, []byte(text[:cut]), 0o600); err != nil {
			t.Fatal(err)
		}
		f, err := Open(path, Options{Key: testKey})
		if err != nil {
			t.Fatal(cut, err)
		}
		if err := errors.Join(f.Append(Entry{Kind: "call"}), f.Close()); err != nil {
			t.Fatal(cut, err)
		}
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		whole := uint64(strings.Count(text[:cut], "\n"))
		if r, err := Verify(bytes.NewReader(data), testKey.Public().(ed25519.PublicKey)); err != nil || r.Entries != whole+2 {
			t.Fatal(cut, r, err)
		}
	}
}

// TestKey makes a key once, and reads it and its public half again.
func TestKey(t *testing.T) {
	path := filepath.Join(t.TempDir(), "signing.key")
	a, err := LoadKey(path)
	if err != nil {
		t.Fatal(err)
	}
	b, err := LoadKey(path)
	if err != nil || !a.Equal(b) {
		t.Fatal("another key", err)
	}
	public, err := PublicKey(path + ".pub")
	if err != nil || !public.Equal(a.Public()) {
		t.Error(public, err)
	}
	if err := os.WriteFile(path, []byte("short\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, err := range []error{second(LoadKey(path)), second(PublicKey(path)), second(PublicKey("nothing"))} {
		if err == nil {
			t.Error("a bad key was taken")
		}
	}
}

func second[T any](_ T, err error) error { return err }

// FuzzVerify: no bytes panic, and none but the log itself verify.
func FuzzVerify(f *testing.F) {
	var b bytes.Buffer
	l, _ := New(&b, nil, Options{Every: 2, Key: testKey})
	for range 3 {
		_ = l.Append(Entry{Kind: "call", Tool: "pay"})
	}
	good := b.String()
	f.Add(good)
	f.Add(strings.Replace(good, "pay", "pa\\u0079", 1))
	f.Fuzz(func(t *testing.T, text string) {
		if r, err := Verify(strings.NewReader(text), testKey.Public().(ed25519.PublicKey)); err == nil && r.Entries > 0 && !strings.HasPrefix(good, text) {
			t.Fatalf("a forged log verifies: %q", text)
		}
	})
}

type full struct{ room int }

func (f *full) Write(p []byte) (int, error) {
	if f.room -= len(p); f.room < 0 {
		return 0, errors.New("no space left on device")
	}
	return len(p), nil
}

// TestFull shows that a full sink refuses this and every later entry.
func TestFull(t *testing.T) {
	l, _ := New(&full{room: 500}, nil, Options{})
	var err error
	for range 10 {
		if err = l.Append(Entry{Kind: "call"}); err != nil {
			break
		}
	}
	if err == nil {
		t.Fatal("a full sink took everything")
	}
	if l.Append(Entry{Kind: "call"}) == nil {
		t.Error("the log went on after a failed write")
	}
}

// TestFile goes on with an existing file, and refuses one that was altered.
func TestFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "audit.jsonl")
	for range 2 {
		f, err := Open(path, Options{Key: testKey})
		if err != nil {
			t.Fatal(err)
		}
		if err := f.Result(tools.Call{ID: "1"}, tools.Result{Status: tools.StatusOK}, time.Unix(1, 0)); err != nil {
			t.Fatal(err)
		}
		if err := f.Close(); err != nil {
			t.Fatal(err)
		}
	}
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if r, err := Verify(bytes.NewReader(data), testKey.Public().(ed25519.PublicKey)); err != nil || r.Entries != 4 {
		t.Fatal(r, err)
	}
	if err := os.WriteFile(path, bytes.Replace(data, []byte("ok"), []byte("no"), 1), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(path, Options{}); !errors.Is(err, ErrBad) {
		t.Error(err)
	}
}
