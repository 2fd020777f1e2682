package api_test

import (
	"encoding/base64"
	"encoding/binary"
	"math"
	"net/http"
	"strings"
	"testing"

	"github.com/openai/openai-go/v3"

	"github.com/chaski-dev/chaski/agent/api"
	"github.com/chaski-dev/chaski/llm"
)

// vectors are the embeddings of an answer.
func vectors(t *testing.T, out object) (list [][]float64) {
	t.Helper()
	data, _ := out["data"].([]any)
	for i, d := range data {
		if dig(d, "index") != float64(i) || dig(d, "object") != "embedding" {
			t.Error(d)
		}
		var v []float64
		switch e := dig(d, "embedding").(type) {
		case []any:
			for _, x := range e {
				v = append(v, x.(float64))
			}
		case string:
			b, err := base64.StdEncoding.DecodeString(e)
			if err != nil {
				t.Fatal(err)
			}
			for ; len(b) > 0; b = b[4:] {
				v = append(v, float64(math.Float32frombits(binary.LittleEndian.Uint32(b))))
			}
		}
		list = append(list, v)
	}
	if len(list) == 0 {
		t.Fatal(out)
	}
	return list
}

func likeness(a, b []float64) (sum float64) {
	for i := range a {
		sum += a[i] * b[i]
	}
	return sum
}

// TestEmbeddings: texts and tokens, alone or in a list, as numbers or bytes, give vectors of
// unit length; what is alike is nearer than what is not.
func TestEmbeddings(t *testing.T) {
	url := serveMini(t) + "/v1/embeddings"
	texts := []string{"Where is my order 1042?", "Where is my order 1043?", "The cat sleeps on the warm roof."}
	_, all := post(t, url, object{"model": "mini", "input": texts})
	list := vectors(t, all)
	_, one := post(t, url, object{"model": "mini", "input": texts[1], "encoding_format": "base64", "dimensions": len(list[0])})
	if v := vectors(t, one); len(list) != 3 || len(v) != 1 || math.Abs(likeness(v[0], list[1])-1) > 1e-3 || math.Abs(likeness(v[0], v[0])-1) > 1e-5 {
		t.Error(len(list), len(v))
	}
	if same, other := likeness(list[0], list[1]), likeness(list[0], list[2]); same <= other {
		t.Errorf("two orders are %.3f alike, an order and a cat %.3f", same, other)
	}
	ids := theMini(t).Tokenizer().EncodePlain(nil, texts[2], true)
	for _, input := range []any{ids, []any{ids}} {
		_, out := post(t, url, object{"model": "mini", "input": input})
		if v := vectors(t, out); len(v) != 1 || math.Abs(likeness(v[0], list[2])-1) > 1e-3 || dig(out, "usage", "prompt_tokens") != float64(len(ids)+1) {
			t.Error(out["usage"])
		}
	}
	if _, m := get(t, strings.Replace(url, "embeddings", "models/mini", 1)); dig(m, "endpoints", 3) != "/v1/embeddings" || m["embedding_dimensions"] != float64(len(list[0])) || dig(m, "capabilities", "structured_outputs", "supported") != true {
		t.Error(m)
	}
}

// TestEmbeddingsRefusals: what has no vector is refused, and named.
func TestEmbeddingsRefusals(t *testing.T) {
	url := serveMini(t) + "/v1/embeddings"
	base := object{"model": "mini", "input": "Hi"}
	for _, c := range []struct {
		more        object
		status      int
		param, says string
	}{
		{object{"model": "other"}, 404, "model", "/v1/models"},
		{object{"input": nil}, 400, "input", "missing"},
		{object{"input": ""}, 400, "input[0]", "empty"},
		{object{"input": []any{}}, 400, "input", "0 texts"},
		{object{"input": []any{"A", ""}}, 400, "input[1]", "empty"},
		{object{"input": []any{[]int{}}}, 400, "input[0]", "no tokens"},
		{object{"input": []any{"A", 5}}, 400, "input[1]", "want a text"},
		{object{"input": object{}}, 400, "input[0]", "want a text"},
		{object{"input": make([]string, 2049)}, 400, "input", "2049 texts"},
		{object{"input": []int{1 << 30}}, 400, "input[0]", "vocabulary"},
		{object{"input": []any{"A", strings.Repeat("word ", 40000)}}, 400, "input[1]", "the context has"},
		{object{"dimensions": 5}, 400, "dimensions", "cannot be cut"},
		{object{"encoding_format": "int8"}, 400, "encoding_format", "int8"},
	} {
		status, out := post(t, url, with(base, c.more))
		message, _ := dig(out, "error", "message").(string)
		param, _ := dig(out, "error", "param").(string)
		if status != c.status || param != c.param || !strings.Contains(message, c.says) {
			t.Errorf("%.80v: %d, %v", c.more, status, out)
		}
	}
	url = serveScript(t, says(llm.Turn{})) + "/v1/embeddings"
	if status, out := post(t, url, object{"model": "scripted", "input": "Hi"}); status != http.StatusBadRequest || !strings.Contains(dig(out, "error", "message").(string), "no embeddings") {
		t.Error(status, out)
	}
}

// TestOpenAIEmbeddings is OpenAI's client.
func TestOpenAIEmbeddings(t *testing.T) {
	out, err := client(serveMini(t)).Embeddings.New(ctx, openai.EmbeddingNewParams{Model: "mini", Input: openai.EmbeddingNewParamsInputUnion{OfArrayOfStrings: []string{"A", "B"}}})
	if err != nil || len(out.Data) != 2 || len(out.Data[1].Embedding) != theMini(t).Info().Embedding || out.Usage.PromptTokens == 0 {
		t.Error(err, out)
	}
}

// FuzzEmbeddings: whatever the bytes, there is an answer or a refusal in the right shape.
func FuzzEmbeddings(f *testing.F) {
	url := serveMini(f) + "/v1/embeddings"
	for _, seed := range []string{`{"model":"mini","input":"A"}`, `{"model":"mini","input":[1,2]}`, `{"model":"mini","input":[[1],[2]],"encoding_format":"base64"}`, `{"model":"mini","input":["A", "B"],"dimensions":3}`} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, body string) { answersOrRefuses(t, url, body) })
}

// TestEmbeddingsAreCharged: what is read counts on the key, and a budget ends a long list.
func TestEmbeddingsAreCharged(t *testing.T) {
	o := api.Options{Models: []api.Model{{Name: "mini", LLM: theMini(t)}}}
	k, texts := keysIn(t, t.TempDir(), api.Key{Name: "a", Bounds: api.Bounds{Day: 100}})
	o.Keys = k
	url := serve(t, o) + "/v1/embeddings"
	_, out := post(t, url, object{"model": "mini", "input": "Where is my order?"}, bearer(texts["a"])...)
	if _, used, err := k.List(); err != nil || float64(used[0].DayTokens) != dig(out, "usage", "total_tokens") {
		t.Error(err, used, out["usage"])
	}
	long := make([]string, 100)
	for i := range long {
		long[i] = strings.Repeat("order ", 20)
	}
	status, out := post(t, url, object{"model": "mini", "input": long}, bearer(texts["a"])...)
	if _, used, err := k.List(); status != http.StatusTooManyRequests || dig(out, "error", "code") != "insufficient_quota" || err != nil || used[0].DayTokens > 500 {
		t.Error(status, out, used, err)
	}
}
