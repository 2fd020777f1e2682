package expert

import (
	"fmt"
	"math"
	"slices"

	"github.com/chaski-dev/chaski/llm"
	"github.com/chaski-dev/chaski/llm/gguf"
	"github.com/chaski-dev/chaski/llm/tensor"
)

// The most words of a request, a parameter and its tool that are read, and of a value.
const (
	maxSpanRequest = 40
	maxSpanAsked   = 12
	maxSpanTool    = 24
	maxSpanValue   = 16
	neighbours     = 2 // words before and after that a convolution reads
)

// Spans says which words of a request are the value of a parameter.
type Spans struct {
	rows, width, size int
	embd              []float32
	conv              [2]layer // size × 5·width, size × 5·size
	asked             layer    // size × 2·width
	like              []float32
	hidden            layer // size × 3·size
	ends, none        layer // 2 × size
}

// layer is a matrix of out × in, by rows, and a bias.
type layer struct {
	in           int
	weight, bias []float32
}

func (l layer) of(x []float32, rectify bool) []float32 {
	out := make([]float32, len(l.bias))
	for i := range out {
		out[i] = l.bias[i] + dot(l.weight[i*l.in:(i+1)*l.in], x)
		if rectify {
			out[i] = max(out[i], 0)
		}
	}
	return out
}

// SpansOf reads a file's extractor; nil if it has none. An error names what is wrong.
func SpansOf(f *gguf.File) (*Spans, error) {
	embd, ok := f.Tensor("spans.embd")
	if !ok {
		return nil, nil
	}
	if len(embd.Shape) != 2 || embd.Elements() == 0 {
		return nil, fmt.Errorf("expert: spans.embd is %v, want [width rows]", embd.Shape)
	}
	s := &Spans{width: embd.Shape[0], rows: embd.Shape[1]}
	bias, ok := f.Tensor("spans.asked.bias")
	if !ok {
		return nil, fmt.Errorf("expert: the file has spans.embd and no spans.asked.bias")
	}
	s.size = bias.Elements()
	read := func(name string, n int) (v []float32, err error) {
		t, ok := f.Tensor(name)
		if !ok || t.Elements() != n {
			return nil, fmt.Errorf("expert: the file has no %s of %d numbers", name, n)
		}
		v = make([]float32, n)
		tensor.Dequantize(t.Type, v, t.Data)
		for _, x := range v {
			if math.IsNaN(float64(x)) || math.IsInf(float64(x), 0) {
				return nil, fmt.Errorf("expert: a weight of %s is %g", name, x)
			}
		}
		return v, nil
	}
	var err error
	if s.embd, err = read("spans.embd", s.rows*s.width); err != nil {
		return nil, err
	}
	if s.like, err = read("spans.like", 2*s.size); err != nil {
		return nil, err
	}
	const wide = 2*neighbours + 1
	for _, l := range []struct {
		name    string
		into    *layer
		in, out int
	}{
		{"spans.conv1", &s.conv[0], wide * s.width, s.size}, {"spans.conv2", &s.conv[1], wide * s.size, s.size},
		{"spans.asked", &s.asked, 2 * s.width, s.size}, {"spans.hidden", &s.hidden, 3 * s.size, s.size},
		{"spans.ends", &s.ends, s.size, 2}, {"spans.none", &s.none, s.size, 2},
	} {
		l.into.in = l.in
		if l.into.weight, err = read(l.name, l.in*l.out); err != nil {
			return nil, err
		}
		if l.into.bias, err = read(l.name+".bias", l.out); err != nil {
			return nil, err
		}
	}
	return s, nil
}

// Span is a part of a request that may be a value.
type Span struct {
	Text  string
	Score float64 // logarithm of its probability as the value
}

// vectors returns a vector for each word.
func (s *Spans) vectors(words []string, most int) [][]float32 {
	out, before := [][]float32{}, ""
	for _, w := range words[:min(len(words), most)] {
		v, of := make([]float32, s.width), features(w, before)
		for _, f := range of {
			row := f % s.rows
			for k, x := range s.embd[row*s.width : (row+1)*s.width] {
				v[k] += x
			}
		}
		n := float32(math.Sqrt(float64(len(of))))
		for k := range v {
			v[k] /= n
		}
		out, before = append(out, v), w
	}
	return out
}

// Find returns the parts of what was asked that may be the value of a tool's parameter, the
// likeliest first: at most n, those less likely than one in a thousand of the best left out.
// A part of a number ("1,043") is none.
func (s *Spans) Find(asked string, tool llm.ToolSpec, parameter string, n int) []Span {
	words, at := splitAt(asked)
	if len(words) == 0 || len(words) > maxSpanRequest {
		return nil
	}
	x := s.vectors(words, maxSpanRequest)
	about, schema := split(parameter), properties(tool.Parameters)
	about = append(about, split(schema[parameter].Description)...)
	p := s.vectors(about, maxSpanAsked)
	t := s.vectors(append(split(tool.Name), split(tool.Description)...), maxSpanTool)
	ask := s.asked.of(append(s.mean(p), s.mean(t)...), false)
	like := [2][]float32{likeness(x, p), likeness(x, t)}
	h := s.convolve(s.conv[0], x, s.width)
	h = s.convolve(s.conv[1], h, s.size)
	first, last := make([]float64, len(x)), make([]float64, len(x))
	in := make([]float32, 3*s.size)
	for i, v := range h {
		for k := range v {
			v[k] += like[0][i]*s.like[k] + like[1][i]*s.like[s.size+k]
			in[k], in[s.size+k], in[2*s.size+k] = v[k], ask[k], v[k]*ask[k]
		}
		e := s.ends.of(s.hidden.of(in, true), false)
		first[i], last[i] = float64(e[0]), float64(e[1])
	}
	for k := range ask {
		ask[k] = max(ask[k], 0)
	}
	none := s.none.of(ask, false)
	whole := logSum(first, float64(none[0])) + logSum(last, float64(none[1]))
	var out []Span
	for _, p := range places(asked, at) {
		i, j := p[0], p[1]
		out = append(out, Span{asked[at[i][0]:at[j][1]], first[i] + last[j] - whole})
	}
	slices.SortStableFunc(out, func(a, b Span) int {
		if a.Score > b.Score {
			return -1
		} else if a.Score < b.Score {
			return 1
		}
		return 0
	})
	for i, c := range out {
		if i == n || c.Score < out[0].Score-math.Log(1000) {
			return out[:i]
		}
	}
	return out
}

// places returns the first and the last word of each part of a text that may be a value.
func places(text string, at [][2]int) (out [][2]int) {
	numbers := decimal.FindAllStringIndex(text, -1)
	for i := range at {
		for j := i; j < min(i+maxSpanValue, len(at)); j++ {
			if !within(numbers, at[i][0], at[j][1]) {
				out = append(out, [2]int{i, j})
			}
		}
	}
	return out
}

func (s *Spans) mean(vs [][]float32) []float32 {
	out := make([]float32, s.width)
	for _, v := range vs {
		for k, x := range v {
			out[k] += x / float32(len(vs))
		}
	}
	return out
}

// convolve reads each vector with its neighbours, zeros beyond the ends.
func (s *Spans) convolve(l layer, x [][]float32, width int) [][]float32 {
	out := make([][]float32, len(x))
	in := make([]float32, l.in)
	for i := range x {
		clear(in)
		for d := -neighbours; d <= neighbours; d++ {
			if j := i + d; j >= 0 && j < len(x) {
				copy(in[(d+neighbours)*width:], x[j])
			}
		}
		out[i] = l.of(in, true)
	}
	return out
}

// likeness is the best cosine of each vector with any of the others, at least 0.
func likeness(x, others [][]float32) []float32 {
	units := func(vs [][]float32) [][]float32 {
		out := make([][]float32, len(vs))
		for i, v := range vs {
			out[i] = slices.Clone(v)
			unit(out[i])
		}
		return out
	}
	a, b, out := units(x), units(others), make([]float32, len(x))
	for i := range a {
		for j := range b {
			out[i] = max(out[i], dot(a[i], b[j]))
		}
	}
	return out
}

func logSum(v []float64, more float64) float64 {
	most := max(slices.Max(v), more)
	sum := math.Exp(more - most)
	for _, x := range v {
		sum += math.Exp(x - most)
	}
	return most + math.Log(sum)
}
