package documents

import (
	"bufio"
	"encoding/json"
	"flag"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/rs/zerolog"

	"github.com/chaski-dev/chaski/llm/openai"
	"github.com/chaski-dev/chaski/tools/documents/index"
)

// reference is nDCG@10 on the same documents and questions of bm25s (Lucene's BM25, k1 1.2,
// b 0.75, its long list of English stop words, Snowball's stemmer). With its short list it
// has 0.4197, and rank-bm25 0.4202.
const reference = 0.4700

// labelled is a question with the document that answers it.
type labelled struct{ question, document string }

// reading is the hand-written questions on sets of documents that the small model is
// trained from: all documents of all sets are one collection.
func reading(t *testing.T) (fstest.MapFS, []labelled) {
	t.Helper()
	files, err := filepath.Glob("../../../shared/mini/written/reading*.jsonl")
	if err != nil || len(files) == 0 {
		t.Skip("no labelled questions in ../shared/mini/written")
	}
	docs := fstest.MapFS{}
	var asked []labelled
	for _, name := range files {
		f, err := os.Open(name)
		if err != nil {
			t.Fatal(err)
		}
		s := bufio.NewScanner(f)
		s.Buffer(nil, 1<<20)
		for s.Scan() {
			var set struct {
				Documents []struct{ Source, Text string }
				QA        [][]*string `json:"qa"`
			}
			if err := json.Unmarshal(s.Bytes(), &set); err != nil {
				t.Fatal(err)
			}
			names := map[string]string{}
			for _, d := range set.Documents {
				id := fmt.Sprintf("%04d.txt", len(docs))
				names[d.Source] = id
				docs[id] = &fstest.MapFile{Data: []byte(d.Text)}
			}
			for _, qa := range set.QA {
				if len(qa) == 3 && qa[0] != nil && qa[2] != nil && names[*qa[2]] != "" {
					asked = append(asked, labelled{*qa[0], names[*qa[2]]})
				}
			}
		}
		if err := s.Err(); err != nil {
			t.Fatal(err)
		}
		f.Close()
	}
	return docs, asked
}

// ndcg is nDCG@10 of rankings with one relevant document each.
func ndcg(asked []labelled, rank func(question string) []string) float64 {
	sum := 0.0
	for _, q := range asked {
		for i, name := range rank(q.question) {
			if name == q.document && i < 10 {
				sum += 1 / math.Log2(float64(i)+2)
				break
			}
		}
	}
	return sum / float64(len(asked))
}

// TestRelevance compares the ranking of 1,864 documents for 4,401 questions, put as people
// do, with that of a reference implementation.
func TestRelevance(t *testing.T) {
	docs, asked := reading(t)
	o := Options{Folders: []Folder{{Path: ".", FS: docs}}, Passages: 10, Size: 20_000, Language: "en"}
	l := open(t, o)
	plain := ndcg(asked, func(question string) []string {
		return files(t, l, index.Query{Text: question, Limit: 10, Plain: true})
	})
	got := ndcg(asked, ranking(t, l))
	t.Logf("nDCG@10 of %d questions on %d documents: BM25 %.4f, the reference has %.4f; with related words %.4f", len(asked), len(docs), plain, reference, got)
	if len(docs) != 1864 || len(asked) != 4401 || plain < reference-0.01 || got < plain+0.02 {
		t.Errorf("%d documents, %d questions, %.4f and %.4f; want at least %.4f", len(docs), len(asked), plain, got, reference-0.01)
	}
}

// files are those of the passages that the index itself finds.
func files(t *testing.T, l *Library, q index.Query) []string {
	t.Helper()
	hits, err := l.index.Search(t.Context(), q)
	if err != nil {
		t.Fatal(err)
	}
	out := []string{}
	for _, h := range hits {
		out = append(out, h.File)
	}
	return out
}

// ranking is the documents of a library's passages for a question.
func ranking(t *testing.T, l *Library) func(question string) []string {
	return func(question string) []string {
		return sources(t, l, question, Asker{})
	}
}

var (
	embeddings    = flag.String("embeddings", "", "base URL of an endpoint of embeddings, for TestHybridRelevance")
	queryPrefix   = flag.String("query-prefix", "", "what its model wants before a query")
	passagePrefix = flag.String("passage-prefix", "", "and before a passage")
)

// TestHybridRelevance compares words, vectors and both together on the same questions.
func TestHybridRelevance(t *testing.T) {
	if *embeddings == "" {
		t.Skip("no embedding server: go test ./tools/documents -run TestHybridRelevance -v -embeddings http://127.0.0.1:8080/v1")
	}
	docs, all := reading(t)
	var asked []labelled
	for i := 0; i < len(all); i += 8 { // an endpoint takes its time
		asked = append(asked, all[i])
	}
	m, err := openai.NewEmbedder(openai.Options{BaseURL: *embeddings, Model: "embedder"})
	if err != nil {
		t.Fatal(err)
	}
	o := Options{Folders: []Folder{{Path: ".", FS: docs}}, Passages: 10, Size: 20_000, Language: "en"}
	words := ndcg(asked, ranking(t, open(t, o)))
	o.QueryPrefix, o.PassagePrefix = *queryPrefix, *passagePrefix
	o.Embedder, o.Log = m, zerolog.New(zerolog.NewTestWriter(t))
	l := open(t, o)
	both := ndcg(asked, ranking(t, l))
	vectors := ndcg(asked, func(question string) []string {
		return files(t, l, index.Query{Limit: 10, Vector: l.vector(t.Context(), question)})
	})
	t.Logf("nDCG@10 of %d questions: words %.4f, vectors %.4f, both %.4f", len(asked), words, vectors, both)
	if both <= words || both <= vectors {
		t.Error("both together are no better than one alone")
	}
}

// TestLanguages holds that words are found in their other forms in each language, and in a
// folder of all of them.
func TestLanguages(t *testing.T) {
	docs := fstest.MapFS{}
	for name, text := range map[string]string{
		"de.txt": "Die Mitarbeiter müssen ihre Urlaubsanträge bei der Leitung einreichen, und sie werden dort geprüft.",
		"en.txt": "The employees have to submit their requests for leave to the management, and they are checked there.",
		"es.txt": "Los empleados tienen que presentar sus solicitudes de vacaciones a la dirección, que las revisa con calma.",
		"fr.txt": "Les employés doivent remettre leurs demandes de congés à la direction, qui les examine avec soin pour tous.",
		"hi.txt": "कर्मचारियों को अपनी छुट्टी के आवेदन प्रबंधक के पास जमा करने होते हैं और वहाँ उनकी जाँच की जाती है।",
		"it.txt": "I dipendenti devono presentare le richieste di ferie alla direzione, che le controlla con attenzione per tutti.",
		"pt.txt": "Os funcionários têm de entregar os pedidos de férias à direção, que os verifica com cuidado e não demora.",
		"th.txt": "พนักงานต้องยื่นใบลาพักร้อนต่อผู้จัดการก่อนวันหยุดอย่างน้อยสองสัปดาห์",
	} {
		docs[name] = &fstest.MapFile{Data: []byte(text)}
	}
	l := open(t, Options{Folders: []Folder{{Path: ".", FS: docs}}})
	for query, want := range map[string]string{
		"Urlaubsantrag einreichen": "de.txt", "employee requesting": "en.txt", "la solicitud del empleado": "es.txt", "demande de congé d'un employé": "fr.txt",
		"कर्मचारी का आवेदन": "hi.txt", "una richiesta del dipendente": "it.txt", "pedido do funcionário": "pt.txt", "ใบลาพักร้อน": "th.txt",
	} {
		if got := sources(t, l, query, Asker{}); len(got) == 0 || got[0] != want {
			t.Errorf("%s: %v, want %s", query, got, want)
		}
		name, _, _ := strings.Cut(want, ".")
		if rec, _ := l.index.Record(want); rec.Language != name {
			t.Errorf("%s is taken for %s", want, rec.Language)
		}
	}
}
