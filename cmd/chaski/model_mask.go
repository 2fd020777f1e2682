package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"slices"
	"time"

	"github.com/chaski-dev/chaski/llm/grammar"
	"github.com/chaski-dev/chaski/llm/tokenizer"
	"github.com/chaski-dev/chaski/tools/schema"
)

type modelMaskCmd struct {
	Model string   `short:"m" required:"" help:"GGUF file, tokenizer.model, tokenizer.json, model directory, mini, or a name to pull." type:"model"`
	Files []string `arg:"" help:"Files of {\"name\", \"schema\", \"tests\"}, one or more values each." type:"existingfile"`
}

// maskIn is a schema and instances of which each is said to be valid or not.
type maskIn struct {
	Name   string          `json:"name"`
	Schema json.RawMessage `json:"schema"`
	Tests  []struct {
		Valid bool            `json:"valid"`
		Data  json.RawMessage `json:"data"`
	} `json:"tests"`
}

type maskOut struct {
	Name      string     `json:"name"`
	Compiled  bool       `json:"compiled"`
	Checked   []string   `json:"checked,omitempty"` // keywords that are checked after decoding, not enforced
	Refused   string     `json:"refused,omitempty"`
	CompileUS float64    `json:"compile_us"`
	Tests     []maskTest `json:"tests"`
}

type maskTest struct {
	Accepted  bool    `json:"accepted"`
	Checked   bool    `json:"checked,omitempty"` // the masks took it, and the check after decoding did not
	Tokens    int     `json:"tokens"`
	MaskUSMax float64 `json:"mask_us_max"`
}

// maskRun collects the figures of all schemas.
type maskRun struct {
	tok                                       *tokenizer.Tokenizer
	vocab                                     *grammar.Vocab
	dst                                       grammar.Bitset
	masks, compiles                           []float64
	schemas, passed, refused, wrongYes, wrong int
	unenforced, caught                        int // schemas with keywords that are checked, instances that the check refused
	misread                                   int // values that are no schema with instances
}

// Run prints a line for each schema, and the figures of all on the standard error. A value
// that is wrong is told in its place.
func (c *modelMaskCmd) Run() error {
	tok, err := openTokenizer(c.Model)
	if err != nil {
		return err
	}
	tokens := make([][]byte, tok.Size())
	for i := range tokens {
		tokens[i] = tok.Bytes(int32(i))
	}
	r := &maskRun{tok: tok, vocab: grammar.NewVocab(tokens, tok.IsSpecial), dst: grammar.NewBitset(len(tokens))}
	out := bufio.NewWriter(stdout)
	enc := json.NewEncoder(out)
	enc.SetEscapeHTML(false)
	for _, name := range c.Files {
		if err := r.file(name, enc); err != nil {
			return errors.Join(err, out.Flush())
		}
	}
	fmt.Fprintf(os.Stderr, "schemas %d, all tests passed %d, refused %d, invalid accepted %d, valid rejected %d\n", r.schemas, r.passed, r.refused, r.wrongYes, r.wrong)
	fmt.Fprintf(os.Stderr, "mask us: %s\ncompile us: %s\n", percentiles(r.masks), percentiles(r.compiles))
	if r.unenforced > 0 {
		fmt.Fprintf(os.Stderr, "schemas with keywords that are checked after decoding %d, instances that only the check refused %d\n", r.unenforced, r.caught)
	}
	return errors.Join(out.Flush(), someWrong(r.misread))
}

func (r *maskRun) file(name string, enc *json.Encoder) error {
	f, err := os.Open(name)
	if err != nil {
		return err
	}
	defer func() { _ = f.Close() }()
	n := 0
	for v, err := range jsonValues(f) {
		n++
		var line any
		if err == nil {
			line, err = answerTo(v.raw, func(in maskIn) (any, error) { return r.schema(in) })
		}
		if err != nil {
			r.misread++
			line = failure{fmt.Sprintf("%s:%d: %v", name, v.line, err)}
		}
		if err := enc.Encode(line); err != nil {
			return err
		}
	}
	if n == 0 {
		return fmt.Errorf("%s: no schemas in it", name)
	}
	return nil
}

func (r *maskRun) schema(in maskIn) (maskOut, error) {
	o := maskOut{Name: in.Name, Tests: []maskTest{}}
	if len(in.Schema) == 0 {
		return o, errors.New("schema is missing")
	}
	r.schemas++
	start := time.Now()
	g, err := grammar.CompileSchema(in.Schema, grammar.Options{})
	o.CompileUS = micros(start)
	r.compiles = append(r.compiles, o.CompileUS)
	if err != nil {
		o.Refused = err.Error()
		var e *grammar.Error
		if errors.As(err, &e) {
			o.Refused = e.Keyword + " " + e.Path
		}
		r.refused++
		return o, nil
	}
	var check *schema.Schema
	if list := g.Checked(); len(list) > 0 {
		for _, one := range list {
			o.Checked = append(o.Checked, one.Keyword+" "+one.Path)
		}
		if check, err = schema.Compile(in.Schema); err != nil {
			o.Refused = o.Checked[0]
			r.refused++
			return o, nil
		}
		r.unenforced++
	}
	o.Compiled = true
	pass := true
	for _, t := range in.Tests {
		got := r.test(g, t.Data)
		if got.Accepted && check != nil {
			if _, err := check.Check(t.Data); err != nil {
				got.Accepted, got.Checked = false, true
				r.caught++
			}
		}
		o.Tests = append(o.Tests, got)
		switch {
		case got.Accepted && !t.Valid:
			r.wrongYes++
		case !got.Accepted && t.Valid:
			r.wrong++
		}
		pass = pass && got.Accepted == t.Valid
	}
	if pass {
		r.passed++
	}
	return o, nil
}

// test feeds the instance's tokens, each if the mask has it.
func (r *maskRun) test(g *grammar.Grammar, data []byte) maskTest {
	var t maskTest
	text, err := grammar.Canonical(data)
	if err != nil {
		return t
	}
	m := g.NewMatcher(r.vocab)
	for _, id := range r.tok.Encode(nil, string(text)) {
		start := time.Now()
		err := m.Mask(r.dst)
		us := micros(start)
		r.masks = append(r.masks, us)
		t.MaskUSMax = max(t.MaskUSMax, us)
		if err != nil || !r.dst.Has(id) || m.Accept(id) != nil {
			return t
		}
		t.Tokens++
	}
	t.Accepted = m.CanEnd()
	return t
}

func micros(start time.Time) float64 { return float64(time.Since(start).Nanoseconds()) / 1000 }

func percentiles(list []float64) string {
	if len(list) == 0 {
		return "none"
	}
	slices.Sort(list)
	at := func(p float64) float64 { return list[int(p*float64(len(list)-1))] }
	return fmt.Sprintf("p50 %.1f p90 %.1f p99 %.1f max %.1f", at(0.5), at(0.9), at(0.99), at(1))
}
