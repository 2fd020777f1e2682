package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chaski-dev/chaski/agent/api"
)

// TestKeys: a key is made, listed and removed; its text is kept nowhere.
func TestKeys(t *testing.T) {
	t.Setenv("CHASKI_DATA", t.TempDir())
	folder := filepath.Join(os.Getenv("CHASKI_DATA"), "http", "keys")
	key, stderr, code := chaski(t, "", "key", "add", "support-bot", "--tenant", "shop", "--approve", "--requests", "60", "--day", "1000", "--expires", "24h")
	key = strings.TrimSpace(key)
	if code != 0 || !strings.HasPrefix(key, "chaski_") || strings.Contains(key, "\n") || !strings.Contains(stderr, "needs a key") {
		t.Fatalf("exit %d, %q, %q", code, key, stderr)
	}
	if _, stderr, code := chaski(t, "", "key", "add", "support-bot"); code != 1 || !strings.Contains(stderr, "there is a key of that name") {
		t.Errorf("exit %d, %q", code, stderr)
	}
	for _, args := range [][]string{{"Support"}, {"../x"}, {"x", "--tenant", "a/b"}, {"x", "--day=-1"}} {
		if _, stderr, code := chaski(t, "", append([]string{"key", "add"}, args...)...); code != 1 {
			t.Errorf("%v: exit %d, %q", args, code, stderr)
		}
	}
	if _, stderr, code := chaski(t, "", "key", "add", "other"); code != 0 || strings.Contains(stderr, "needs a key") {
		t.Errorf("exit %d, %q", code, stderr)
	}
	files, err := os.ReadDir(folder)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		text, _ := os.ReadFile(filepath.Join(folder, f.Name()))
		if strings.Contains(string(text), key) {
			t.Errorf("%s holds the key", f.Name())
		}
		if info, err := f.Info(); err != nil || !f.IsDir() && info.Mode().Perm() != 0o600 {
			t.Error(f.Name(), info.Mode(), err)
		}
	}
	out, _, code := chaski(t, "", "key", "ls")
	if code != 0 || !strings.Contains(out, "support-bot") || !strings.Contains(out, key[:12]+"…") || strings.Contains(out, key) || !strings.Contains(out, "use,approve") || !strings.Contains(out, "60 requests/min, 1000 tokens/day, until ") {
		t.Errorf("exit %d\n%s", code, out)
	}
	out, _, _ = chaski(t, "", "key", "ls", "--json")
	var listed struct {
		Name, Tenant string
		Bounds       api.Bounds
		Used         api.Used
	}
	if decode(t, strings.Split(out, "\n")[1], &listed); listed.Tenant != "shop" || listed.Bounds.Day != 1000 {
		t.Error(out)
	}
	// A file that is no key is named, hides no other, and can be removed.
	if err := os.WriteFile(filepath.Join(folder, "broken.json"), []byte("{"), 0o600); err != nil {
		t.Fatal(err)
	}
	if out, stderr, code := chaski(t, "", "key", "ls"); code != 1 || !strings.Contains(stderr, "broken.json") || !strings.Contains(out, "support-bot") {
		t.Errorf("exit %d, %q\n%s", code, stderr, out)
	}
	hash := strings.Repeat("0", 64)
	for text, want := range map[string]string{
		"garbage":                            "it is no JSON: invalid character 'g'",
		`["a"]`:                              "an array is no object",
		`{"name": 5}`:                        "name: a number is no string",
		`{"bounds": {"tokens_per_day": ""}}`: "bounds.tokens_per_day: a string is no integer",
		`{"name": "else"}`:                   `name is "else", want its file's, "broken"`,
		`{"name": "broken"}`:                 "tenant is missing",
		`{"name": "broken", "tenant": "a", "sha256": "` + hash[1:] + `"}`: "want 64 hexadecimal digits",
	} {
		path := filepath.Join(folder, "broken.json")
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		out, stderr, code := chaski(t, "", "key", "ls")
		if code != 1 || !strings.Contains(stderr, path+" is no key: ") || !strings.Contains(stderr, want) || strings.Contains(stderr, "Go ") || !strings.Contains(out, "support-bot") {
			t.Errorf("%s: exit %d, %q\n%s", text, code, stderr, out)
		}
	}
	// Nor does it keep anybody from making a key.
	if out, stderr, code := chaski(t, "", "key", "add", "late"); code != 0 || !strings.Contains(stderr, "broken.json is no key") || !strings.HasPrefix(out, "chaski_") {
		t.Errorf("exit %d, %q %q", code, out, stderr)
	}
	for _, name := range []string{"late", "broken", "other"} {
		if _, stderr, code := chaski(t, "", "key", "rm", name); code != 0 {
			t.Errorf("exit %d, %q", code, stderr)
		}
	}
	if _, stderr, code := chaski(t, "", "key", "rm", "other"); code != 1 || !strings.Contains(stderr, "other") {
		t.Errorf("exit %d, %q", code, stderr)
	}
	if out, _, code := chaski(t, "", "key", "ls"); code != 0 || strings.Contains(out, "other") {
		t.Errorf("exit %d\n%s", code, out)
	}
}
