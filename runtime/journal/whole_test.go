package journal

import (
	"errors"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// plain is the operating system's file system as any other is: it reads no whole files.
type plain struct{ FileSystem }

// TestReadWhole: a file is read whole, up to a size, into memory that is there if it fits, and
// the shorter way gives what opening it gives.
func TestReadWhole(t *testing.T) {
	path := t.TempDir()
	text := strings.Repeat("a line\n", 100)
	for name, body := range map[string]string{"full": text, "empty": ""} {
		if err := os.WriteFile(filepath.Join(path, name), []byte(body), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for way, fs := range map[string]FileSystem{"of the system": osFiles{}, "by opening": plain{osFiles{}}} {
		d, err := OpenOn(fs, path)
		if err != nil {
			t.Fatal(err)
		}
		for name, test := range map[string]struct {
			file, want string
			room       int
			most       int64
		}{
			"all":            {"full", text, 0, math.MaxInt64},
			"into memory":    {"full", text, len(text), math.MaxInt64},
			"its beginning":  {"full", text[:95], 4, 95},
			"less than that": {"full", text, 4, 10_000},
			"nothing":        {"empty", "", 0, math.MaxInt64},
		} {
			memory := make([]byte, test.room)
			got, err := d.readWhole(filepath.Join(path, test.file), memory[:0], test.most)
			if err != nil || string(got) != test.want {
				t.Errorf("%s, %s: %q, %v", way, name, got, err)
			}
			if test.room >= len(test.want) && test.room > 0 && &got[0] != &memory[0] {
				t.Errorf("%s, %s: the memory was not used", way, name)
			}
		}
		if _, err := d.readWhole(filepath.Join(path, "none"), nil, 10); !errors.Is(err, os.ErrNotExist) {
			t.Errorf("%s: a file that is not there: %v", way, err)
		}
		if _, err := d.readWhole(filepath.Join(path, "full", "x"), nil, 10); err == nil || !strings.Contains(err.Error(), "full") {
			t.Errorf("%s: a file in a file: %v", way, err)
		}
	}
}
