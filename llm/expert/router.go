package expert

import (
	"encoding/json"
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/chaski-dev/chaski/llm"
	"github.com/chaski-dev/chaski/llm/gguf"
	"github.com/chaski-dev/chaski/llm/tensor"
)

// Tensors and keys of a model file.
const (
	EmbedTensor  = "router.embd"        // width × rows
	WeightTensor = "router.weight"      // rows × 2: how much a word counts in a request and in a tool
	KindKey      = "chaski.router.kind" // what a word of a name, a description, a parameter counts more
	HeadKey      = "chaski.router.head" // the score's constant, its parts of the means and of the words
)

// Router holds the weights.
type Router struct {
	rows, width int
	embd        []float32    // rows × width
	weight      [2][]float32 // by row
	kind        []float32
	head        []float32
}

// RouterOf reads a file's router; nil if it has none. An error names what is wrong.
func RouterOf(f *gguf.File) (*Router, error) {
	embd, ok := f.Tensor(EmbedTensor)
	if !ok {
		return nil, nil
	}
	weight, ok := f.Tensor(WeightTensor)
	if !ok {
		return nil, fmt.Errorf("expert: the file has %s and no %s", EmbedTensor, WeightTensor)
	}
	if len(embd.Shape) != 2 || len(weight.Shape) != 2 || weight.Shape[1] != 2 || weight.Shape[0] != embd.Shape[1] || embd.Elements() == 0 {
		return nil, fmt.Errorf("expert: %s is %v and %s is %v, want [width rows] and [rows 2]", EmbedTensor, embd.Shape, WeightTensor, weight.Shape)
	}
	r := &Router{width: embd.Shape[0], rows: embd.Shape[1], embd: make([]float32, embd.Elements())}
	tensor.Dequantize(embd.Type, r.embd, embd.Data)
	both := make([]float32, weight.Elements())
	tensor.Dequantize(weight.Type, both, weight.Data)
	r.weight = [2][]float32{both[:r.rows], both[r.rows:]}
	for _, k := range []struct {
		key  string
		into *[]float32
		n    int
	}{{KindKey, &r.kind, kinds}, {HeadKey, &r.head, 3}} {
		v, err := f.Float32s(k.key)
		if err == nil && len(v) != k.n {
			err = fmt.Errorf("%d numbers, want %d", len(v), k.n)
		}
		if err != nil {
			return nil, fmt.Errorf("expert: %s: %w", k.key, err)
		}
		*k.into = v
	}
	for _, part := range [][]float32{r.embd, both, r.kind, r.head} {
		for _, v := range part {
			if math.IsNaN(float64(v)) || math.IsInf(float64(v), 0) {
				return nil, fmt.Errorf("expert: a weight is %g", v)
			}
		}
	}
	return r, nil
}

// side is what is encoded.
type side int

const (
	request side = iota
	tool
)

// text is words as vectors of length one, how much each counts, and their weighted mean.
type text struct {
	each  []float32 // words × width
	share []float32
	mean  []float32
}

func (r *Router) encode(words []word, of side) text {
	t := text{each: make([]float32, len(words)*r.width), share: make([]float32, len(words)), mean: make([]float32, r.width)}
	most := float32(math.Inf(-1))
	for i, w := range words {
		v := t.each[i*r.width : (i+1)*r.width]
		for _, f := range w.features {
			row := f % r.rows
			for k, x := range r.embd[row*r.width : (row+1)*r.width] {
				v[k] += x
			}
			t.share[i] += r.weight[of][row]
		}
		n := float32(math.Sqrt(float64(len(w.features))))
		for k := range v {
			v[k] /= n
		}
		if t.share[i] /= n; of == tool {
			t.share[i] += r.kind[w.kind]
		}
		most = max(most, t.share[i])
	}
	sum := float32(0)
	for i, s := range t.share {
		t.share[i] = float32(math.Exp(float64(s - most)))
		sum += t.share[i]
	}
	for i := range t.share {
		t.share[i] /= sum
		v := t.each[i*r.width : (i+1)*r.width]
		for k, x := range v {
			t.mean[k] += t.share[i] * x
		}
		unit(v)
	}
	unit(t.mean)
	return t
}

// unit gives a vector the length one.
func unit(v []float32) {
	n := max(float32(math.Sqrt(float64(dot(v, v)))), 1e-12)
	for i := range v {
		v[i] /= n
	}
}

func dot(a, b []float32) float32 {
	sum := float32(0)
	for i, x := range a {
		sum += x * b[i]
	}
	return sum
}

// Scores returns the logit, for each tool, of the probability that it is for what is asked
// for; the model's constant where there are no words.
func (r *Router) Scores(asked string, tools []llm.ToolSpec) []float64 {
	words := split(asked)
	q := r.encode(wordsOf(words[max(len(words)-maxRequest, 0):], ofName), request)
	out := make([]float64, len(tools))
	for i, t := range tools {
		out[i] = float64(r.score(q, r.encode(ofTool(t), tool)))
	}
	return out
}

func (r *Router) score(q, t text) float32 {
	s := r.head[0] + r.head[1]*dot(q.mean, t.mean)
	if len(t.share) == 0 {
		return s
	}
	for i, share := range q.share {
		s += r.head[2] * share * r.likest(q, i, t)
	}
	return s
}

// likest is the best cosine of a word of one text with any of the other's.
func (r *Router) likest(q text, i int, t text) float32 {
	best := float32(-1)
	for j := range t.share {
		best = max(best, dot(q.each[i*r.width:(i+1)*r.width], t.each[j*r.width:(j+1)*r.width]))
	}
	return best
}

// Neutral is a value of [Router.Rest] that says neither that a tool fits nor that it does not.
const Neutral = 0.5

// Rest returns what [Router.Scores] makes of the words of a request that are no values of a
// call: how well each is found among the tool's words, from −1 to 1, weighed by how much it
// counts. A request for something that is near to what a tool does has words left that no
// word of the tool is like. 1 if no words are left.
func (r *Router) Rest(asked string, t llm.ToolSpec, args json.RawMessage) float64 {
	rest, _ := r.rest(asked, t, args)
	return rest
}

// rest is [Router.Rest], and whether words are left.
func (r *Router) rest(asked string, t llm.ToolSpec, args json.RawMessage) (float64, bool) {
	words, at := splitAt(asked)
	from := max(len(words)-maxRequest, 0)
	words, at = words[from:], at[from:]
	taken, low := make([]bool, len(words)), strings.ToLower(asked)
	for _, v := range leaves(args) {
		i := strings.Index(low, strings.ToLower(v))
		for k := range words {
			taken[k] = taken[k] || i >= 0 && at[k][0] >= i && at[k][1] <= i+len(v)
		}
	}
	q, of := r.encode(wordsOf(words, ofName), request), r.encode(ofTool(t), tool)
	sum, all := float32(0), float32(0)
	for i, share := range q.share {
		if !taken[i] {
			sum, all = sum+share*r.likest(q, i, of), all+share
		}
	}
	if all < 1e-6 {
		return 1, false
	}
	return float64(sum / all), true
}

// leaves returns the texts and numbers of a call's arguments.
func leaves(args json.RawMessage) (out []string) {
	var v any
	_ = json.Unmarshal(args, &v) // a call that is no JSON has none
	var walk func(any)
	walk = func(v any) {
		switch v := v.(type) {
		case string:
			if v != "" {
				out = append(out, v)
			}
		case float64:
			out = append(out, strconv.FormatFloat(v, 'f', -1, 64))
		case []any:
			for _, x := range v {
				walk(x)
			}
		case map[string]any:
			for _, x := range v {
				walk(x)
			}
		}
	}
	walk(v)
	return out
}
