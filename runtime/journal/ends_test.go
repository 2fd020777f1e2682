package journal_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/chaski-dev/chaski/runtime/bus"
	"github.com/chaski-dev/chaski/runtime/journal"
)

// TestEnds: the first and the last records of many runs, in their order, and of each of the
// others why there is none.
func TestEnds(t *testing.T) {
	each(t, func(t *testing.T, open func() journal.Journal) {
		j := open()
		e, ok := j.(journal.Ender)
		if !ok {
			t.Skip("this journal gives whole runs, it is in memory")
		}
		// So many and so long that a server is not asked for all of them at once.
		names := make([]string, 700)
		lasts := make([]journal.Record, len(names))
		var wg sync.WaitGroup
		slots := make(chan bool, 32)
		for i := range names {
			names[i] = fmt.Sprintf("r%03d-%s", i, strings.Repeat("x", 100))
			slots <- true
			wg.Go(func() {
				lasts[i] = fill(t, j, names[i], 1+i%3)
				<-slots
			})
		}
		wg.Wait()
		large := lasts[5].Next(1, json.RawMessage(`"`+strings.Repeat("large", 40<<10)+`"`))
		if err := j.Append(ctx, names[5], large); err != nil {
			t.Fatal(err)
		}
		lasts[5] = large
		bad := map[int]error{3: journal.ErrNoRun, 600: journal.ErrNoRun}
		names[3], names[600] = "nothing", "neither"
		names[9] = "../r"
		for name, get := range map[string][]journal.End{"firsts": e.Firsts(ctx, names), "lasts": e.Lasts(ctx, names)} {
			if len(get) != len(names) {
				t.Fatal(name, len(get))
			}
			for i, end := range get {
				want := lasts[i]
				if name == "firsts" {
					want = journal.Record{}.Next(1, json.RawMessage(`{"n":0}`))
				}
				switch {
				case i == 9:
					if end.Err == nil {
						t.Errorf("%s of %q: %+v", name, names[i], end)
					}
				case bad[i] != nil:
					if !errors.Is(end.Err, bad[i]) {
						t.Errorf("%s of %s: %v", name, names[i], end.Err)
					}
				case end.Err != nil || end.Hash != want.Hash || !bytes.Equal(end.Event, want.Event):
					t.Errorf("%s of %s: record %d, want %d; %v", name, names[i], end.Seq, want.Seq, end.Err)
				}
			}
		}
		for i := range 3 {
			if end := e.Lasts(ctx, names[i:i+1])[0]; end.Err != nil || end.Hash != lasts[i].Hash {
				t.Errorf("%d alone: %v", i, end.Err)
			}
		}
	})
}

// TestDamagedEnds: what is no record is not taken for an end.
func TestDamagedEnds(t *testing.T) {
	s, c := served(t)
	on := openStream(t, bus.Options{Server: s})
	path := t.TempDir()
	dir, err := journal.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	forged := journal.Record{}.Next(1, json.RawMessage(`{"n":1}`))
	forged.Event = json.RawMessage(`{"n":2}`)
	text, _ := json.Marshal(forged)
	for i, garbage := range []string{"{}", "no JSON", string(text), "", `{"seq":1,"prev":"","epoch":1,"event":,"hash":"` + strings.Repeat("0", 64) + `"}`} {
		run := fmt.Sprint("run", i)
		fill(t, on, run, 1)
		fill(t, dir, run, 1)
		if _, err := c.JetStream().Publish(ctx, "chaski.journal."+run, []byte(garbage)); err != nil {
			t.Fatal(err)
		}
		f, err := os.OpenFile(filepath.Join(path, run+".jsonl"), os.O_APPEND|os.O_WRONLY, 0)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := f.WriteString(garbage + "\n"); err != nil {
			t.Fatal(err)
		}
		f.Close()
		fill(t, on, run+"b", 1)
		for _, e := range []journal.Ender{on, dir} {
			if got := e.Lasts(ctx, []string{run}); !errors.Is(got[0].Err, journal.ErrCorrupt) {
				t.Errorf("%T: %q: %v", e, garbage, got[0])
			}
		}
		if got := on.Lasts(ctx, []string{run, run + "b"}); !errors.Is(got[0].Err, journal.ErrCorrupt) || got[1].Err != nil {
			t.Errorf("%q among others: %v", garbage, got)
		}
	}
}

// FuzzSplit: a line that is taken apart without being read as JSON is one that was written so.
func FuzzSplit(f *testing.F) {
	r := journal.Record{}.Next(1, json.RawMessage(`{"a":",\"event\":1","hash":"b","event":[2]}`))
	for range 2 {
		line, err := journal.Encode(r)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(line)
		f.Add(bytes.ToUpper(line))
		f.Add(bytes.Replace(line, []byte(`"seq":`), []byte(`"seq":0`), 1))
		f.Add(bytes.Replace(line, []byte(`"epoch":`), []byte(`"epoch":+`), 1))
		if got, ok := journal.Split(line); !ok || got.Hash != r.Hash || !bytes.Equal(got.Event, r.Event) || got.Seq != r.Seq || got.Prev != r.Prev || got.Epoch != r.Epoch {
			f.Fatal(got, ok)
		}
		r = r.Next(12, json.RawMessage(`"<&>"`))
	}
	f.Fuzz(func(t *testing.T, line []byte) {
		r, ok := journal.Split(line)
		if !ok || !json.Valid(r.Event) {
			return
		}
		var again journal.Record
		if err := json.Unmarshal(line, &again); err != nil || again.Seq != r.Seq || again.Epoch != r.Epoch || again.Prev != r.Prev || again.Hash != r.Hash || !bytes.Equal(again.Event, r.Event) {
			t.Errorf("%q: %+v, as JSON %+v, %v", line, r, again, err)
		}
	})
}
