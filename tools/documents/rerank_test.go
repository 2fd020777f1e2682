package documents

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/chaski-dev/chaski/llm"
	"github.com/chaski-dev/chaski/llm/engine"
	"github.com/chaski-dev/chaski/llm/mini"
)

var reranker = flag.String("reranker", "", "a model's file, for TestRerankRelevance")

// judge is a model that runs here: it finds an answer likelier the more often a text has the
// letter z.
type judge struct {
	*llm.Scripted
	asked []*llm.Request
	fail  error
}

func (j *judge) Score(_ context.Context, req *llm.Request, _ []string) ([]float64, error) {
	j.asked = append(j.asked, req)
	if j.fail != nil {
		return nil, j.fail
	}
	text, _, _ := strings.Cut(req.Messages[1].Content, "\n\nQuestion")
	if len(text) > 500 {
		return nil, &llm.ContextFullError{Need: len(text), Have: 500}
	}
	return []float64{float64(strings.Count(text, "z")), 0}, nil
}

var harps = fstest.MapFS{
	"a.txt": {Data: []byte("The harp and the harp and the harp.")}, "b.txt": {Data: []byte("A harp, zz.")}, "c.txt": {Data: []byte("One more harp, z.")},
	"d.txt": {Data: []byte("The harp of the hall, zzzz.")}, "e.txt": {Data: []byte("The harp " + strings.Repeat("of the long text of the long hall ", 25) + "zzzzzzz.")},
}

// TestRerank: a model that runs here is asked of each passage, the text before the question,
// and its order is the answer's; passages beyond those that fit best keep theirs.
func TestRerank(t *testing.T) {
	m := &judge{Scripted: llm.Script()}
	o := Options{Folders: []Folder{{Path: ".", FS: harps}}, Passages: 2}
	plain := sources(t, open(t, o), "harp", Asker{})
	o.Reranker = ModelReranker(m)
	is(t, sources(t, open(t, o), "harp", Asker{}), "d.txt", "b.txt") // e's end is beyond the model's context
	if len(m.asked) < 6 || !strings.Contains(m.asked[0].Messages[1].Content, "harp") || !strings.HasSuffix(m.asked[0].Messages[1].Content, "Question: harp\n\nDoes the text answer the question?") {
		t.Errorf("%d questions: %+v", len(m.asked), m.asked)
	}
	o.RerankTop = 2
	if got := sources(t, open(t, o), "harp", Asker{}); !(got[0] == plain[0] && got[1] == plain[1] || got[0] == plain[1] && got[1] == plain[0]) {
		t.Errorf("%q, of the first two of %q", got, plain)
	}

	m.fail, m.asked, o.RerankTop = errors.New("no"), nil, 0
	l := open(t, o)
	is(t, sources(t, l, "harp", Asker{}), plain...)
	is(t, sources(t, l, "harp", Asker{}), plain...)
	if len(m.asked) != 1 {
		t.Errorf("a model that fails is asked %d times", len(m.asked))
	}
}

// slow takes longer than it may.
type slow struct{}

func (slow) Rerank(ctx context.Context, _ string, texts []string) ([]int, error) {
	<-ctx.Done()
	return []int{len(texts) - 1}, nil
}

func TestRerankTakesTooLong(t *testing.T) {
	o := Options{Folders: []Folder{{Path: ".", FS: harps}}, Passages: 2}
	plain := sources(t, open(t, o), "harp", Asker{})
	o.Reranker, o.RerankTime = slow{}, time.Millisecond
	is(t, sources(t, open(t, o), "harp", Asker{}), plain...)
}

// TestRerankElsewhere: a model that gives no probabilities is asked once, under a schema;
// what it says amiss changes nothing.
func TestRerankElsewhere(t *testing.T) {
	o := Options{Folders: []Folder{{Path: ".", FS: harps}}, Passages: 3}
	plain := sources(t, open(t, o), "harp", Asker{})
	for answer, want := range map[string][]int{`{"best":[3,1]}`: {2, 0, 1}, `{"best":[9,3,3,0,-1]}`: {2, 0, 1}, `{"best":[]}`: {0, 1, 2}, "The third.": {0, 1, 2}, "": {0, 1, 2}} {
		var asked *llm.Request
		o.Reranker = ModelReranker(&llm.Scripted{Next: func(_ int, req *llm.Request) llm.Turn {
			asked = req
			return llm.Turn{Text: answer}
		}})
		var names []string
		for _, i := range want {
			names = append(names, plain[i])
		}
		is(t, sources(t, open(t, o), "harp", Asker{}), names...)
		if asked == nil || asked.ResponseFormat == nil || !json.Valid(asked.ResponseFormat.Schema) || len(asked.Tools) > 0 {
			t.Errorf("%+v", asked)
		}
	}
}

// TestRerankSharesPages: the passages of one question are there for the next one, the model
// reads its end alone, and the order is the same each time.
func TestRerankSharesPages(t *testing.T) {
	e, err := engine.OpenBytes(mini.Bytes(), engine.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close()
	docs := fstest.MapFS{}
	for name, f := range harps {
		docs[name] = &fstest.MapFile{Data: []byte(string(f.Data) + strings.Repeat(" It has stood in the hall for many years.", 8))}
	}
	l := open(t, Options{Folders: []Folder{{Path: ".", FS: docs}}, Reranker: ModelReranker(e), RerankTime: time.Minute})
	read := func(query string) ([]string, int) {
		before := e.Stats().Rows
		got := sources(t, l, query, Asker{})
		return got, e.Stats().Rows - before
	}
	first, all := read("Where is the harp?")
	_, other := read("Who plays the harp?")
	again, same := read("Where is the harp?")
	is(t, again, first...)
	t.Logf("tokens read for %d passages: %d, for another question %d, for the same one %d", len(first), all, other, same)
	if 2*other > all || same > other {
		t.Errorf("%d tokens, then %d and %d: pages are not shared", all, other, same)
	}
}

// TestRerankRelevance says what a model's order is worth on the questions of TestRelevance.
func TestRerankRelevance(t *testing.T) {
	if *reranker == "" {
		t.Skip("no model: go test ./tools/documents -run TestRerankRelevance -v -timeout 1h -reranker FILE.gguf")
	}
	e, err := engine.Open(*reranker, engine.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close()
	docs, all := reading(t)
	var asked []labelled
	for i := 0; i < len(all); i += 88 {
		asked = append(asked, all[i])
	}
	o := Options{Folders: []Folder{{Path: ".", FS: docs}}, Passages: 10, Size: 20_000, Language: "en"}
	words := ndcg(asked, ranking(t, open(t, o)))
	o.Reranker, o.RerankTop, o.RerankTime = ModelReranker(e), 10, 10*time.Minute
	ranked := ndcg(asked, ranking(t, open(t, o)))
	t.Logf("nDCG@10 of %d questions: the search's order %.4f, the model's order of its first ten %.4f", len(asked), words, ranked)
}
