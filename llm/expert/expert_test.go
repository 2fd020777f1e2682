package expert

import (
	"encoding/json"
	"io"
	"maps"
	"math"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/chaski-dev/chaski/llm"
	"github.com/chaski-dev/chaski/llm/gguf"
	"github.com/chaski-dev/chaski/llm/tensor"
)

const (
	rows, width, size = 64, 8, 6
)

// file writes a file with experts of random weights, the same every time; edit changes what
// is written.
func file(t *testing.T, edit func(shapes map[string][]int, pairs map[string]any)) *gguf.File {
	t.Helper()
	shapes := map[string][]int{
		"router.embd": {width, rows}, "router.weight": {rows, 2}, "spans.embd": {width, rows}, "spans.like": {size, 2},
		"spans.conv1": {5 * width, size}, "spans.conv1.bias": {size}, "spans.conv2": {5 * size, size}, "spans.conv2.bias": {size},
		"spans.asked": {2 * width, size}, "spans.asked.bias": {size}, "spans.hidden": {3 * size, size}, "spans.hidden.bias": {size},
		"spans.ends": {size, 2}, "spans.ends.bias": {2}, "spans.none": {size, 2}, "spans.none.bias": {2},
	}
	keys := map[string]any{KindKey: []float32{0.5, 0, -0.5}, HeadKey: []float32{-2, 6, 6}}
	if edit != nil {
		edit(shapes, keys)
	}
	var pairs []gguf.Pair
	for k, v := range keys {
		pairs = append(pairs, gguf.Pair{Key: k, Value: v})
	}
	r := rand.New(rand.NewPCG(1, 2))
	var tensors []gguf.Source
	for _, name := range slices.Sorted(maps.Keys(shapes)) {
		shape, n := shapes[name], 1
		for _, d := range shape {
			n *= d
		}
		x := make([]float32, n)
		for i := range x {
			x[i] = float32(r.NormFloat64())
		}
		if strings.HasSuffix(name, "broken") {
			name, x[n/2] = strings.TrimSuffix(name, "broken"), float32(math.NaN())
		}
		data := make([]byte, 4*n)
		tensor.Quantize(tensor.F32, data, x)
		tensors = append(tensors, gguf.Source{Name: name, Type: tensor.F32, Shape: shape, Data: func(w io.Writer) error { _, err := w.Write(data); return err }})
	}
	path := filepath.Join(t.TempDir(), "m.gguf")
	if err := gguf.Create(path, pairs, tensors); err != nil {
		t.Fatal(err)
	}
	f, err := gguf.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = f.Close() })
	return f
}

func both(f *gguf.File) error {
	if _, err := RouterOf(f); err != nil {
		return err
	}
	_, err := SpansOf(f)
	return err
}

// TestFiles: what a file says of its experts is looked at before anything is asked of them.
func TestFiles(t *testing.T) {
	if err := both(file(t, nil)); err != nil {
		t.Fatal(err)
	}
	none := file(t, func(shapes map[string][]int, _ map[string]any) {
		clear(shapes)
		shapes["other"] = []int{4}
	})
	if r, err := RouterOf(none); r != nil || err != nil {
		t.Errorf("no router: %v, %v", r, err)
	}
	if s, err := SpansOf(none); s != nil || err != nil {
		t.Errorf("no spans: %v, %v", s, err)
	}
	for _, c := range []struct {
		edit func(shapes map[string][]int, keys map[string]any)
		want string
	}{
		{func(s map[string][]int, _ map[string]any) { delete(s, "router.weight") }, "no router.weight"},
		{func(s map[string][]int, _ map[string]any) { s["router.weight"] = []int{rows, 3} }, "want [width rows] and [rows 2]"},
		{func(_ map[string][]int, k map[string]any) { delete(k, HeadKey) }, HeadKey},
		{func(_ map[string][]int, k map[string]any) { k[KindKey] = []float32{1} }, "1 numbers, want 3"},
		{func(s map[string][]int, _ map[string]any) {
			delete(s, "router.embd")
			s["router.embdbroken"] = []int{width, rows}
		}, "a weight is NaN"},
		{func(s map[string][]int, _ map[string]any) { delete(s, "spans.hidden") }, "no spans.hidden of"},
		{func(s map[string][]int, _ map[string]any) { s["spans.conv1"] = []int{3 * width, size} }, "no spans.conv1 of"},
		{func(s map[string][]int, _ map[string]any) {
			delete(s, "spans.ends")
			s["spans.endsbroken"] = []int{size, 2}
		}, "a weight of spans.ends is NaN"},
	} {
		if err := both(file(t, c.edit)); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%v, want …%s…", err, c.want)
		}
	}
}

// TestScores: a tool whose words are the request's fits better than one that has none of
// them; other tools change nothing.
func TestScores(t *testing.T) {
	r, err := RouterOf(file(t, nil))
	if err != nil {
		t.Fatal(err)
	}
	weather, mail := llm.ToolSpec{Name: "weather_in_paris"}, llm.ToolSpec{Name: "x"}
	s := r.Scores("weather in paris", []llm.ToolSpec{mail, weather})
	if s[1] <= s[0] {
		t.Errorf("%g for the tool of the same words, %g for another", s[1], s[0])
	}
	if alone := r.Scores("weather in paris", []llm.ToolSpec{weather}); alone[0] != s[1] {
		t.Errorf("%g alone, %g beside another", alone[0], s[1])
	}
	for _, text := range []string{"", "   ", strings.Repeat("word ", 500)} {
		for _, v := range r.Scores(text, []llm.ToolSpec{weather, {}}) {
			if math.IsNaN(v) || math.IsInf(v, 0) {
				t.Errorf("%.20q: %g", text, v)
			}
		}
	}
	left := r.Rest("weather in paris blue", weather, nil)
	if same := r.Rest("weather in paris", weather, nil); same < left || r.Rest("paris", weather, json.RawMessage(`{"a":["Paris"]}`)) != 1 {
		t.Errorf("a word that nothing is like: %g, without it %g", left, same)
	}
}

// TestPlaces: a number is a value as a whole, and each of two is one.
func TestPlaces(t *testing.T) {
	for text, want := range map[string][]string{
		"1,043": {"1,043"}, "12.5": {"12.5"}, "12,50": {"12,50"}, "at 1'043": {"at", "at 1'043", "1'043"}, "1041,1042": {"1041", "1041,", "1041,1042", ",", ",1042", "1042"},
	} {
		_, at := splitAt(text)
		var got []string
		for _, p := range places(text, at) {
			got = append(got, text[at[p[0]][0]:at[p[1]][1]])
		}
		if !slices.Equal(got, want) {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}

// TestFind: what is found stands in the request, the likeliest first, with probabilities
// that are together no more than one.
func TestFind(t *testing.T) {
	s, err := SpansOf(file(t, nil))
	if err != nil {
		t.Fatal(err)
	}
	tool := llm.ToolSpec{Name: "get_weather", Parameters: json.RawMessage(`{"properties":{"city":{"description":"the city"}}}`)}
	for _, text := range []string{"weather in São Paulo, please", "17+25", "x"} {
		sum, before := 0.0, math.Inf(1)
		for _, c := range s.Find(text, tool, "city", 1000) {
			if !strings.Contains(text, c.Text) || c.Text == "" || c.Score > before {
				t.Errorf("%q: %+v after %g", text, c, before)
			}
			sum, before = sum+math.Exp(c.Score), c.Score
		}
		if sum <= 0 || sum > 1+1e-6 {
			t.Errorf("%q: probabilities of %g", text, sum)
		}
	}
	if got := s.Find("weather in São Paulo, please", tool, "city", 2); len(got) > 2 {
		t.Errorf("%d, want 2 at most", len(got))
	}
	for _, text := range []string{"", strings.Repeat("word ", maxSpanRequest+1)} {
		if got := s.Find(text, tool, "city", 5); got != nil {
			t.Errorf("%.20q: %v", text, got)
		}
	}
}
