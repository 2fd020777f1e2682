package index

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func opened(t testing.TB, dir, settings string) *Index {
	t.Helper()
	x, err := Open(dir, Options{Settings: settings})
	if err != nil {
		t.Fatal(err)
	}
	return x
}

func put(t testing.TB, x *Index, file string, folders []string, texts ...string) {
	t.Helper()
	var all []Passage
	for i, s := range texts {
		all = append(all, Passage{Number: i + 1, Text: s})
	}
	if err := x.Put(Record{File: file, Folders: folders, Language: "en"}, all); err != nil {
		t.Fatal(err)
	}
}

func flush(t testing.TB, x *Index) {
	t.Helper()
	if err := x.Flush(); err != nil {
		t.Fatal(err)
	}
}

func found(t testing.TB, x *Index, q Query) []string {
	t.Helper()
	hits, err := x.Search(context.Background(), q)
	if err != nil {
		t.Fatal(err)
	}
	out := []string{}
	for _, h := range hits {
		out = append(out, fmt.Sprintf("%s#%d", h.File, h.Number))
	}
	return out
}

// TestSearch holds the order of BM25, equal scores by name, the limit, and what is denied.
func TestSearch(t *testing.T) {
	x := opened(t, t.TempDir(), "")
	defer x.Close()
	put(t, x, "b.md", []string{"f"}, "a zither of wood and iron", "harp")
	put(t, x, "a.md", []string{"f"}, "a zither of wood and iron")
	put(t, x, "c.md", []string{"g"}, "zither zither")
	put(t, x, "d.md", []string{"f", "g"}, "a zither among very many other things that stand in the long hall of the old house by the sea")
	if got := found(t, x, Query{Text: "zither"}); len(got) != 0 {
		t.Errorf("found before it was flushed: %q", got)
	}
	flush(t, x)
	for _, c := range []struct {
		q    Query
		want string
	}{
		{Query{Text: "zither"}, "c.md#1 a.md#1 b.md#1 d.md#1"}, {Query{Text: "zithers", Limit: 2}, "c.md#1 a.md#1"}, {Query{Text: "harp zither", Limit: 1}, "b.md#2"},
		{Query{Text: "zither", Deny: []string{"g"}}, "a.md#1 b.md#1"}, {Query{Text: "zither", Deny: []string{"f", "g"}}, ""}, {Query{Text: "zither", Deny: []string{"none"}, Limit: 1}, "c.md#1"},
		{Query{Text: "the of and"}, ""}, {Query{}, ""}, {Query{Text: "nowhere"}, ""},
	} {
		if got := strings.Join(found(t, x, c.q), " "); got != c.want {
			t.Errorf("%+v: %s, want %s", c.q, got, c.want)
		}
	}
	if _, err := x.Passage("a.md", 2); err == nil {
		t.Error("a passage that is not there")
	}
}

// TestOneWriter holds that a second one that opens the folder reads what is published.
func TestOneWriter(t *testing.T) {
	dir := t.TempDir()
	x := opened(t, dir, "")
	y := opened(t, dir, "")
	defer y.Close()
	if _, err := y.Search(t.Context(), Query{Text: "zither"}); !errors.Is(err, ErrNotYet) {
		t.Errorf("before anything was published: %v", err)
	}
	if err := y.Put(Record{File: "a"}, nil); !errors.Is(err, ErrReadOnly) {
		t.Errorf("a reader writes: %v", err)
	}
	for i := range 3 {
		put(t, x, fmt.Sprintf("%d.md", i), []string{"f"}, "zither")
		flush(t, x)
		if err := x.Publish(); err != nil {
			t.Fatal(err)
		}
		if got := found(t, y, Query{Text: "zither"}); len(got) != i+1 {
			t.Errorf("the reader finds %q", got)
		}
	}
	if err := x.Close(); err != nil {
		t.Fatal(err)
	}
	if ok, err := y.Acquire(); !ok || err != nil {
		t.Fatal("nobody takes over:", err)
	}
	put(t, y, "3.md", []string{"f"}, "zither")
	flush(t, y)
	if got := found(t, y, Query{Text: "zither"}); len(got) != 4 {
		t.Errorf("%q", got)
	}
}

// TestState draws changes, crashes and other settings, and compares the index with what it
// should hold. A crash is a reopening without a flush: what was not flushed is gone.
func TestState(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		dir := t.TempDir()
		x := opened(t, dir, "s")
		defer func() { _ = x.Close() }()
		lasting, now := map[string]int{}, map[string]int{} // passages by file
		name := rapid.SampledFrom([]string{"a.md", "b/c.md", "d e.txt", "é.md"})
		for range rapid.IntRange(1, 12).Draw(r, "steps") {
			switch rapid.IntRange(0, 5).Draw(r, "step") {
			case 0, 1:
				f, n := name.Draw(r, "file"), rapid.IntRange(0, 4).Draw(r, "passages")
				texts := make([]string, n)
				for i := range texts {
					texts[i] = fmt.Sprintf("zither %s %d", f, i)
				}
				put(t, x, f, []string{"f"}, texts...)
				now[f] = n
			case 2:
				f := name.Draw(r, "file")
				if err := x.Delete(f); err != nil {
					r.Fatal(err)
				}
				delete(now, f)
			case 3:
				flush(t, x)
				lasting = maps.Clone(now)
			case 4:
				if err := x.Close(); err != nil {
					r.Fatal(err)
				}
				x, now = opened(t, dir, "s"), maps.Clone(lasting)
			case 5:
				f := name.Draw(r, "file")
				err := x.Touch(Record{File: f, Folders: []string{"f"}, Title: "touched"})
				if _, ok := now[f]; ok != (err == nil) {
					r.Fatalf("touching %s: %v", f, err)
				}
			}
		}
		flush(t, x)
		if err := x.Check(); err != nil {
			r.Fatal(err)
		}
		files, passages := x.Size()
		want := 0
		for _, n := range now {
			want += n
		}
		if files != len(now) || passages != want {
			r.Fatalf("%d files, %d passages, want %v", files, passages, now)
		}
		if got := found(t, x, Query{Text: "zither", Limit: 50}); len(got) != want || len(slices.Compact(got)) != want {
			r.Fatalf("found %q, want %v", got, now)
		}
	})
}

// TestOtherSettings holds that an index which was made otherwise is made anew.
func TestOtherSettings(t *testing.T) {
	dir := t.TempDir()
	for _, c := range []struct {
		settings string
		want     int
	}{{"a", 0}, {"a", 1}, {"b", 0}, {"a", 0}} {
		x := opened(t, dir, c.settings)
		if files, _ := x.Size(); files != c.want {
			t.Errorf("settings %q: %d files, want %d", c.settings, files, c.want)
		}
		put(t, x, "a.md", []string{"f"}, "zither")
		flush(t, x)
		if err := x.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

func TestLanguage(t *testing.T) {
	for text, want := range map[string]string{"": "en", "The house and the garden of it": "en", "Das Haus und der Garten": "de", "La maison et les jardins du roi": "fr", "कर्मचारियों को": "hi", "พนักงาน": "th", "12 34": "en", "O senhor não está com a chave da casa": "pt"} {
		if got := Language(text); got != want {
			t.Errorf("%q is %s, want %s", text, got, want)
		}
	}
}

// TestRelated holds that a word's relatives are found for less than the word, that several
// of them count once, that compounds are found however they are joined, that words which
// only ask count for nothing beside others, and that another language's words have no
// relatives in English.
func TestRelated(t *testing.T) {
	x := opened(t, t.TempDir(), "")
	defer x.Close()
	put(t, x, "a.md", []string{"f"}, "the kettle is mended on Tuesday", "we repair the kettle, fix and service and mend", "we repair a clock on Friday, and nothing else")
	put(t, x, "b.md", []string{"f"}, "back-ups are made at night", "what everybody must know and could need")
	put(t, x, "c.md", []string{"f"}, "a dead letter of the office")
	if err := x.Put(Record{File: "d.md", Folders: []string{"f"}, Language: "de"}, []Passage{{Number: 1, Text: "die Leiter und der Kessel"}}); err != nil {
		t.Fatal(err)
	}
	flush(t, x)
	for query, want := range map[string]string{
		"mended clock": "a.md#3 a.md#1 a.md#2", "clock repair": "a.md#3 a.md#2 a.md#1", "backup": "b.md#1", "back-ups": "b.md#1", "must": "b.md#2", "must clock": "a.md#3",
		"die Leiter und der Kessel": "d.md#1", "die": "", "to die": "c.md#1",
	} {
		if got := strings.Join(found(t, x, Query{Text: query}), " "); got != want {
			t.Errorf("%s: %s, want %s", query, got, want)
		}
	}
	if got := found(t, x, Query{Text: "fix clock", Plain: true}); strings.Join(got, " ") != "a.md#2 a.md#3" {
		t.Errorf("the words as they are: %v", got)
	}
}

// TestParts holds that a file whose passages come in parts, over several batches, is what
// it would be at once, and leaves nothing of a longer one before it.
func TestParts(t *testing.T) {
	x := opened(t, t.TempDir(), "")
	defer x.Close()
	put(t, x, "a.md", []string{"f"}, make([]string, 3*batchPassages)...)
	flush(t, x)
	rec := Record{File: "a.md", Folders: []string{"f"}, Language: "en"}
	c, err := x.Change(rec)
	if err != nil {
		t.Fatal(err)
	}
	const all = 2*batchPassages + 7
	for from := 1; from <= all; from += 100 {
		var part []Passage
		for n := from; n < min(from+100, all+1); n++ {
			part = append(part, Passage{Number: n, Text: fmt.Sprintf("zither %d", n)})
		}
		if err := c.Add(part); err != nil {
			t.Fatal(err)
		}
	}
	if got, _ := x.Record("a.md"); !got.Partial {
		t.Errorf("before its end: %+v", got)
	}
	rec.Title = "A"
	if err := c.End(rec); err != nil {
		t.Fatal(err)
	}
	flush(t, x)
	got, _ := x.Record("a.md")
	if got.Partial || got.Passages != all || got.Title != "A" || got.Tokens < all {
		t.Errorf("%+v", got)
	}
	if err := x.Check(); err != nil {
		t.Error(err)
	}
	if hits := found(t, x, Query{Text: "zither 2007"}); len(hits) == 0 || hits[0] != "a.md#2007" {
		t.Errorf("%q", hits)
	}
}
