package engine

import (
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"regexp"
	"slices"
	"strconv"
	"time"

	"github.com/chaski-dev/chaski/llm"
	"github.com/chaski-dev/chaski/llm/chat"
	"github.com/chaski-dev/chaski/llm/grammar"
	"github.com/chaski-dev/chaski/llm/sample"
)

// ErrNoRoom is the error of a constrained request whose MaxTokens is too small for any
// text of its grammar.
var ErrNoRoom = errors.New("too few tokens are left to end the text that the grammar asks for")

// fewRows is the number of allowed tokens up to which only their rows of the output
// matrix are multiplied; maskWait is how long a pass waits for the masks to learn it.
const (
	fewRows  = 256
	maskWait = 200 * time.Microsecond
)

// constraint holds a sequence to a grammar.
type constraint struct {
	matcher *grammar.Matcher
	vocab   *grammar.Vocab
	encoder grammar.Encoder
	ends    []int32
	tag     int32   // <|python_tag|>; −1 if the vocabulary has none
	auto    bool    // the model decides whether to call
	text    bool    // the turn is text
	least   float64 // probability of a call below which none is made; 0 is off
	decides bool    // at that probability and above, one is made
	sure    leasts  // the least confidence of the first call, 0 for any

	answered []llm.ToolCall // since somebody spoke: a small model's first call is none of these again
	opening  float64        // logarithm of the probability of the call that was decided on
	advice   *advice        // of experts, on the first call; nil for none
	queue    []int32        // what is left of a forced text; see forced
	whole    bool           // that is all of the turn
	left     int            // tokens that could yet be generated when the masks were made
}

// clone gives a constraint at the same place.
func (c *constraint) clone() *constraint {
	if c == nil {
		return nil
	}
	d := *c
	d.matcher = c.matcher.Clone()
	return &d
}

// nothing is the error where no token can come.
func (c *constraint) nothing() error {
	if c == nil {
		return errNoLogits
	}
	return fmt.Errorf("engine: %w", ErrNoRoom)
}

var errNoLogits = errors.New("engine: the model gave no usable logits")

// undecided says that whether the turn calls is still to be seen by the threshold. No
// guess goes past that.
func (c *constraint) undecided() bool { return c.auto && c.least > 0 && c.matcher.AtStart() }

// fit returns the part of a guess that the grammar allows.
func (c *constraint) fit(draft []int32) []int32 {
	if c.undecided() {
		return nil
	}
	m := c.matcher.Clone()
	for i, id := range draft {
		if c.accept(m, id) != nil {
			return draft[:i]
		}
	}
	return draft
}

// wanted says that the model would have opened the call by itself: what is taken back of a
// call that the threshold made it try is no refusal, but what it was about to say.
func (c *constraint) wanted() bool { return !c.decides || c.opening >= math.Log(defaultCall) }

func (c *constraint) accept(m *grammar.Matcher, id int32) error {
	if id == c.tag {
		return m.AcceptTag()
	}
	return m.Accept(id)
}

// decide holds a turn, and its first mask with it, to text if the model's probability of
// opening a call is below the least, and to calls else if that decides.
func (c *constraint) decide(mask grammar.Bitset, row []float32) error {
	if !c.undecided() {
		return nil
	}
	calls := grammar.NewBitset(c.vocab.Size())
	if err := c.matcher.CallTokens(calls); err != nil {
		return err
	}
	if c.tag >= 0 && c.matcher.CanTag() {
		calls.Set(c.tag)
	}
	if calls.Count() == 0 {
		return nil // no token tells
	}
	all, call := sample.LogSumExp(row), 0.0
	for _, id := range calls.IDs(nil) {
		call += math.Exp(float64(row[id]) - all)
	}
	switch {
	case call < c.least:
		c.matcher.TextOnly()
	case c.decides:
		c.matcher.CallsOnly()
		c.opening = math.Log(call)
	default:
		return nil
	}
	return c.matcher.MaskWithin(mask, c.left)
}

// steered says that the next token is one of those that end what has run away.
func (c *constraint) steered() bool { return c != nil && c.matcher.Runaway() }

// textOnly holds a turn that has not begun to text.
func (c *constraint) textOnly() {
	c.matcher.TextOnly()
	c.auto, c.text, c.sure, c.advice = false, true, leasts{}, nil
}

// say holds a turn that has not begun to a text, and to its end behind it.
func (c *constraint) say(tokens []int32) {
	c.textOnly()
	c.queue, c.whole = tokens, true
}

// constraint returns what holds the turn of a request; nil if nothing does.
func (e *Engine) constraint(req *llm.Request, r chat.Rendered, says *advice) (*constraint, error) {
	o := r.Options
	mode := req.ToolChoice.Mode
	free := len(o.Tools) == 0 && req.ResponseFormat == nil && req.Citations == nil
	if free && mode != llm.ChoiceRequired && mode != llm.ChoiceTool {
		return nil, nil
	}
	g, err := e.grammar(grammar.Turn{Tools: o.Tools, Choice: req.ToolChoice, MaxCalls: req.MaxCalls, Dialect: o.Dialect, Response: req.ResponseFormat, Citations: req.Citations, Thinks: r.Thinks, Thinking: r.Thinking})
	if err != nil {
		return nil, fmt.Errorf("engine: %w", err)
	}
	c := &constraint{matcher: g.NewMatcher(e.vocab), advice: says, vocab: e.vocab, encoder: e.tok, ends: e.ends, tag: -1, least: req.ToolChoice.MinCallProb}
	if req.ResponseFormat == nil {
		c.matcher.Bound(bound(req.Sampling.MaxString, o.Tools))
	}
	c.auto = len(o.Tools) > 0 && mode == llm.ChoiceAuto
	if c.auto && c.matcher.MayText() {
		if least := req.ToolChoice.MinConfidence; least != 0 {
			c.sure = leasts{least, least, least}
		} else if says != nil || e.experts.router == nil {
			c.sure = leasts{e.sure.least, e.sure.least * harmless, e.sure.search}
			if req.Citations != nil { // what is not looked up cannot be said
				c.sure[searches] *= grounded
			}
		}
		if e.experts.router != nil {
			if c.answered = answered(req.Messages); len(c.answered) > 0 {
				for i := range c.sure {
					c.sure[i] = max(c.sure[i], leastConfidence)
				}
			}
		}
	}
	if e.width(req.Sampling) > 1 { // beams compare calls with calls
		c.decides = true
		if c.least == 0 {
			c.least = e.call
			if says != nil && e.experts.call > 0 {
				c.least = e.experts.call
			}
		}
	}
	if id, ok := e.tok.Special(chat.PythonTag); ok && !chat.Form(o.Dialect).TextFirst {
		c.tag = id
	}
	return c, nil
}

// answered are the calls since somebody spoke whose results are no errors.
func answered(messages []llm.Message) (out []llm.ToolCall) {
	failed := map[string]bool{}
	for _, m := range slices.Backward(messages) {
		switch m.Role {
		case llm.RoleUser:
			return out
		case llm.RoleTool:
			failed[m.CallID] = m.IsError
		}
		for _, c := range m.Calls {
			if wrong, known := failed[c.ID]; known && !wrong {
				out = append(out, c)
			}
		}
	}
	return out
}

// DefaultMaxString bounds a string argument, in bytes, whose schema does not.
const DefaultMaxString = 16 << 10

var maxLength = regexp.MustCompile(`"maxLength"\s*:\s*(\d{1,9})`)

// bound is how many bytes a string argument may take: as many as asked for, or as the
// schemas of the tools let one have if that is more.
func bound(asked int, tools []llm.ToolSpec) int {
	if asked < 0 {
		return 0
	}
	if asked == 0 {
		asked = DefaultMaxString
	}
	for _, t := range tools {
		for _, m := range maxLength.FindAllSubmatch(t.Parameters, -1) {
			if n, err := strconv.Atoi(string(m[1])); err == nil {
				asked = max(asked, 4*n) // characters of up to four bytes
			}
		}
	}
	return asked
}

// maxGrammars bounds the compiled turns that are kept.
const maxGrammars = 64

// grammar compiles a turn, or finds it compiled.
func (e *Engine) grammar(t grammar.Turn) (*grammar.Grammar, error) {
	data, err := json.Marshal(t)
	if err != nil {
		return nil, err
	}
	key := sha256.Sum256(data)
	e.grammarMu.Lock()
	defer e.grammarMu.Unlock()
	if e.vocab == nil { // made when first needed: it takes a moment for large vocabularies
		tokens := make([][]byte, e.tok.Size())
		for i := range tokens {
			tokens[i] = e.tok.Bytes(int32(i))
		}
		e.vocab = grammar.NewVocab(tokens, e.tok.IsSpecial)
	}
	if g, ok := e.grammars[key]; ok {
		return g, nil
	}
	g, err := grammar.CompileTurn(t)
	if err != nil {
		return nil, err
	}
	if len(e.grammars) >= maxGrammars {
		clear(e.grammars)
	}
	e.grammars[key] = g
	return g, nil
}
