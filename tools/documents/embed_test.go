package documents

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
)

// meanings embeds texts by what their words mean: words of one line are one direction.
type meanings struct {
	mu    sync.Mutex
	fail  bool
	most  int // texts that are made in time; 0 is any number
	dims  int
	texts int
}

var senses = []string{"car automobile vehicle", "doctor physician medicus", "money cash wage salary", "house home dwelling", "quick fast rapid"}

func (m *meanings) Name() string { return "meanings" }

func (m *meanings) Embed(_ context.Context, texts []string) ([][]float32, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.fail {
		return nil, errors.New("the endpoint is away")
	}
	if m.most > 0 && len(texts) > m.most {
		return nil, fmt.Errorf("an endpoint: %w", context.DeadlineExceeded)
	}
	m.texts += len(texts)
	var out [][]float32
	for _, text := range texts {
		v := make([]float32, max(m.dims, 40))
		v[len(v)-1] = 0.1
		for w := range strings.FieldsSeq(strings.ToLower(strings.Trim(text, "."))) {
			for i, s := range senses {
				if strings.Contains(" "+s+" ", " "+strings.Trim(w, ".?")+" ") {
					v[i]++
				}
			}
		}
		out = append(out, v)
	}
	return out, nil
}

func TestHybrid(t *testing.T) {
	dir, idx := t.TempDir(), t.TempDir()
	write(t, dir, map[string]string{
		"a.txt": "The physician has her practice on the second floor.", "b.txt": "Staff get their wage on the last day.",
		"c.txt": "A vehicle may be parked in the yard.", "d.txt": "The yard is swept on Mondays.", "secret/e.txt": "The automobile of the director is insured."})
	m := &meanings{}
	o := Options{Folders: []Folder{{Path: dir}, {Path: dir + "/secret", Readers: []string{"dana"}}}, Index: idx, Embedder: m, Passages: 2}
	var far []Progress
	o.Progress = func(p Progress) { far = append(far, p) }
	l, err := Open(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	if n := len(far); n != 6 || far[4] != (Progress{Reading, 5, 5}) || far[5] != (Progress{Embedding, 5, 5}) {
		t.Errorf("how far it was: %v", far)
	}
	base := l.roots[0].prefix
	is(t, sources(t, l, "where is the medicus?", Asker{})[:1], base+"a.txt")
	is(t, sources(t, l, "when do we see our salary", Asker{})[:1], base+"b.txt")
	is(t, sources(t, l, "car yard", Asker{})[:1], base+"c.txt") // by both
	for _, s := range sources(t, l, "automobile", Asker{}) {
		if strings.Contains(s, "secret") {
			t.Error("a passage is retrieved by its vector for whom it is not")
		}
	}
	is(t, sources(t, l, "automobile", Asker{Reader: "dana"})[:1], base+"secret/e.txt")
	if m.fail = true; len(sources(t, l, "medicus", Asker{})) != 0 {
		t.Error("a medicus is found without vectors")
	}
	is(t, sources(t, l, "physician", Asker{})[:1], base+"a.txt")
	is(t, sources(t, l, "physician", Asker{})[:1], base+"a.txt")
	m.fail = false
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}

	asked := m.texts
	again := open(t, o)
	if m.texts != asked {
		t.Errorf("%d vectors were made again", m.texts-asked)
	}
	is(t, sources(t, again, "doctor", Asker{})[:1], base+"a.txt")
	write(t, dir, map[string]string{"moved/x.txt": "The physician has her practice on the second floor.", "new.txt": "A home with a garden."})
	asked = m.texts
	if err := again.Sync(t.Context()); err != nil {
		t.Fatal(err)
	}
	if m.texts != asked+1 {
		t.Errorf("%d vectors were made, one text is new", m.texts-asked)
	}
	is(t, sources(t, again, "house", Asker{})[:1], base+"new.txt")

	m.dims = 96 // another model behind the same name: what cannot be compared is not
	is(t, sources(t, again, "physician", Asker{})[:1], base+"a.txt")
}

// TestVectorsAreMadeLater holds that an embedder that is away takes nothing from the search
// by words, and is asked again.
func TestVectorsAreMadeLater(t *testing.T) {
	docs := fstest.MapFS{"a.txt": {Data: []byte("The physician is in.")}, "b.txt": {Data: []byte("A harp.")}}
	m := &meanings{fail: true}
	l := open(t, Options{Folders: []Folder{{Path: ".", FS: docs}}, Embedder: m})
	is(t, sources(t, l, "physician", Asker{}), "a.txt")
	m.fail = false
	if err := l.Sync(t.Context()); err != nil {
		t.Fatal(err)
	}
	is(t, sources(t, l, "doctor", Asker{})[:1], "a.txt")
}

// TestSlowEmbedder holds that an endpoint which is too slow for many texts is asked for
// fewer, and one that is too slow for any is left alone.
func TestSlowEmbedder(t *testing.T) {
	docs := fstest.MapFS{}
	for i := range 40 {
		docs[fmt.Sprintf("%d.txt", i)] = &fstest.MapFile{Data: fmt.Appendf(nil, "The physician of ward %d.", i)}
	}
	m := &meanings{most: 3}
	l := open(t, Options{Folders: []Folder{{Path: ".", FS: docs}}, Embedder: m})
	if n, err := l.index.Lacking(); err != nil || n != 0 {
		t.Errorf("%d texts have no vector, %v", n, err)
	}
	slow := &meanings{most: -1, fail: true}
	if n, err := open(t, Options{Folders: []Folder{{Path: ".", FS: docs}}, Embedder: slow}).index.Lacking(); err != nil || n != 40 {
		t.Errorf("%d texts have no vector, %v", n, err)
	}
}
