package engine

import (
	"bytes"
	"encoding/json"
	"math"
	"regexp"
	"slices"
	"strings"

	"github.com/chaski-dev/chaski/llm"
	"github.com/chaski-dev/chaski/llm/chat"
	"github.com/chaski-dev/chaski/llm/expert"
	"github.com/chaski-dev/chaski/llm/gguf"
)

// A small model that is asked for something in words that it never saw knows that it is to
// call a tool, and hardly which, nor where a value ends. Where its file has experts for
// that (package expert), what they say of a turn's first call counts beside the model's own
// probability of each text, as a product: a model that is sure stays sure.

// trustKey is how much the router counts beside the model where a file says so; 1 is as
// much. adviseKey is the least probability of opening a call at which one is tried in a turn
// that has advice; how sure it is then says whether it is made.
const (
	trustKey  = "chaski.router.trust"
	adviseKey = "chaski.router.call"
)

// doubt is the probability that the extractor leaves for each text that it does not give,
// again how likely it is that words which are one parameter's value are another's too, and
// maxSpans how many it gives.
const (
	doubt    = 0.01
	again    = 0.1
	maxSpans = 32
)

// experts are what a model file holds beside the decoder.
type experts struct {
	router *expert.Router
	spans  *expert.Spans
	trust  float64
	call   float64 // 0 for what the file says of other turns

	refusal string // how a refusal begins
}

// expertsOf reads a file's.
func expertsOf(f *gguf.File) (x experts, err error) {
	if x.router, err = expert.RouterOf(f); err != nil {
		return x, err
	}
	x.trust = 1
	if t, err := f.Float(trustKey); err == nil && t >= 0 {
		x.trust = t
	}
	if p, err := f.Float(adviseKey); err == nil && p > 0 && p <= 1 {
		x.call = p
	}
	x.refusal, _ = f.String(refusalKey) // "" where there is none
	x.spans, err = expert.SpansOf(f)
	return x, err
}

// fits is how well tools fit what the user asked for, see wish.
type fits struct {
	router *expert.Router
	text   string
	tools  []llm.ToolSpec
}

// of returns how well a call's tool fits what was asked for, how well without the words
// that are its values, and the signs; what is neither well nor badly where the router was
// not asked.
func (f *fits) of(call llm.ToolCall) (fit, rest float64, signs expert.Signs) {
	if f == nil {
		return 0, expert.Neutral, signs
	}
	at := slices.IndexFunc(f.tools, func(t llm.ToolSpec) bool { return t.Name == call.Name })
	if at < 0 {
		return 0, expert.Neutral, signs
	}
	fit, rest = f.router.Best(f.text, f.tools[at], call.Arguments)
	return fit, rest, expert.SignsOf(f.text, f.tools[at], call.Arguments)
}

// harmless says so of a call for what was asked for.
func (f *fits) harmless(call llm.ToolCall) bool {
	if f == nil {
		return false
	}
	at := slices.IndexFunc(f.tools, func(t llm.ToolSpec) bool { return t.Name == call.Name })
	return at >= 0 && expert.Harmless(f.text, f.tools[at], call.Arguments)
}

// advice weighs the texts that a turn's first call may take: its name, then the values of
// its arguments. It is a value; nil weighs nothing.
type advice struct {
	of      *asked
	options []option // of what is being written; none between values
	text    []byte   // of that, so far; between values the end of what was written
	floor   float64  // of a text that is none of the options; 0 if that is not weighed
	tool    *llm.ToolSpec
	used    []string // parameters whose values were weighed
	taken   []string // values that were written
}

// option is a text and how much less likely than the likeliest it is, in nats.
type option struct {
	text  []byte
	score float64
	tool  *llm.ToolSpec // of a name
	span  string        // of a value: what was said
}

// asked is what the experts were asked.
type asked struct {
	text  string
	spans *expert.Spans
}

// advise asks the router. Nothing comes of it where the turn is not the first after
// somebody's words: what is called then depends on results that no expert reads.
func (e *Engine) advise(req *llm.Request, o chat.Options) (*fits, *advice) {
	last := req.Messages[len(req.Messages)-1]
	if e.experts.router == nil || len(o.Tools) == 0 || last.Role != llm.RoleUser {
		return nil, nil
	}
	scores, form := e.experts.router.Scores(last.Content, o.Tools), chat.Form(o.Dialect)
	fit, a := &fits{e.experts.router, wish(req.Messages), o.Tools}, &advice{of: &asked{last.Content, e.experts.spans}}
	for i, s := range scores {
		t := &o.Tools[i]
		a.options = append(a.options, option{text: []byte(form.Opening(t.Name)), score: e.experts.trust * (s - slices.Max(scores)), tool: t})
	}
	if mode := req.ToolChoice.Mode; mode != llm.ChoiceAuto && mode != llm.ChoiceRequired && mode != llm.ChoiceTool {
		return fit, nil
	}
	return fit, a
}

// wish is what somebody asks for: their last words, after those before the assistant's
// question where they answer one.
func wish(messages []llm.Message) string {
	n := len(messages) - 1
	text := messages[n].Content
	for n >= 2 && messages[n-1].Role == llm.RoleAssistant && len(messages[n-1].Calls) == 0 && strings.Contains(messages[n-1].Content, "?") && messages[n-2].Role == llm.RoleUser {
		n -= 2
		text = messages[n].Content + "\n" + text
	}
	return text
}

// best returns the score of the likeliest option that a text is the beginning of, or that
// it begins with.
func (a *advice) best(more []byte) (best float64, any bool) {
	for _, o := range a.options {
		n := min(len(o.text), len(a.text))
		m := min(len(o.text)-n, len(more))
		if bytes.Equal(o.text[:n], a.text[:n]) && bytes.Equal(o.text[n:n+m], more[:m]) && (!any || o.score > best) {
			best, any = o.score, true
		}
	}
	return best, any
}

// weigh adds to the logits of tokens what they narrow the choice by.
func (a *advice) weigh(logits []float32, text func(j int) []byte) {
	if a == nil || len(a.options) == 0 {
		return
	}
	now, _ := a.best(nil)
	for j, v := range logits {
		if math.IsInf(float64(v), -1) {
			continue // it may not come
		}
		then, any := a.best(text(j))
		if !any {
			if a.floor == 0 {
				continue
			}
			then = a.floor
		}
		logits[j] = v + float32(then-now)
	}
}

// after returns the advice after a token: nothing where what is written is no call.
func (a *advice) after(more []byte) *advice {
	if a == nil {
		return nil
	}
	n := *a
	n.text = append(slices.Clip(a.text), more...)
	if len(a.options) == 0 {
		return n.value()
	}
	for _, o := range n.options {
		if rest, ok := bytes.CutPrefix(n.text, o.text); ok { // it is written
			n.options, n.text = nil, rest
			if o.tool != nil {
				n.tool = o.tool
			} else {
				n.taken = append(slices.Clip(n.taken), o.span)
			}
			return n.value()
		}
	}
	if slices.ContainsFunc(n.options, func(o option) bool { return bytes.HasPrefix(o.text, n.text) }) {
		return &n
	}
	if n.tool == nil {
		return nil
	}
	n.options = nil
	return &n
}

// key is the end of a text that a value follows.
var key = regexp.MustCompile(`"([^"\\]+)": ("?)$`)

// value returns the advice where a value may begin.
func (a advice) value() *advice {
	if a.of.spans == nil {
		return nil
	}
	const tail = 128
	a.text = a.text[max(0, len(a.text)-tail):]
	at := key.FindSubmatch(a.text)
	if at == nil || slices.Contains(a.used, string(at[1])) {
		return &a
	}
	kind := kindOf(a.tool.Parameters, string(at[1]))
	if kind == "" || (kind == "string") != (len(at[2]) > 0) {
		return &a
	}
	var options []option
	for _, s := range a.of.spans.Find(a.of.text, *a.tool, string(at[1]), maxSpans) {
		p := math.Exp(s.Score)
		if strings.Count(a.of.text, s.Text) <= times(a.taken, s.Text) {
			p *= again
		}
		p = math.Log(p + doubt)
		if kind == "string" {
			quoted, _ := json.Marshal(s.Text) // a text always encodes
			options = append(options, option{text: quoted[1:], score: p, span: s.Text})
		} else if n, ok := expert.Number(s.Text, kind == "integer"); ok {
			options = append(options, option{text: []byte(n + ","), score: p, span: s.Text}, option{text: []byte(n + "}"), score: p, span: s.Text})
		}
	}
	if len(options) == 0 {
		return &a
	}
	most := math.Inf(-1)
	for _, o := range options {
		most = max(most, o.score)
	}
	for i := range options {
		options[i].score -= most
	}
	a.options, a.text, a.floor = options, nil, math.Log(doubt)-most
	a.used = append(slices.Clip(a.used), string(at[1]))
	return &a
}

// times is how often a text is in a list.
func times(list []string, text string) (n int) {
	for _, s := range list {
		if s == text {
			n++
		}
	}
	return n
}

// replies is what is answered to small talk, of which a model that needs experts knows
// little; "" to all else.
func (x experts) replies(says *advice, req *llm.Request, tools []llm.ToolSpec) string {
	if x.refusal == "" || says == nil || req.ToolChoice.Mode != llm.ChoiceAuto || req.ResponseFormat != nil {
		return ""
	}
	before, last := "", len(req.Messages)-1
	if last > 0 && req.Messages[last-1].Role == llm.RoleAssistant {
		before = req.Messages[last-1].Content
	}
	talk, ok := expert.SmallTalkOf(req.Messages[last].Content, before)
	if !ok {
		return ""
	}
	return talk.Reply(tools)
}

// refusalKey is how a model that was trained on them begins a refusal, where its file says so.
const refusalKey = "chaski.refusal"

// refuses is how the words begin that are said in place of a call that was not sure enough;
// "" where the model is to choose, since a value that the call needs was not said, so that
// asking for it may be right.
func (x experts) refuses(says *advice, call llm.ToolCall) string {
	if x.refusal == "" || says == nil || x.spans == nil {
		return ""
	}
	at := slices.IndexFunc(says.options, func(o option) bool { return o.tool.Name == call.Name })
	if at < 0 {
		return ""
	}
	if x.spans.Missing(says.of.text, *says.options[at].tool) != "" {
		return ""
	}
	return x.refusal
}

// kindOf is "string", "integer" or "number" of a parameter whose values are read from what
// was asked, else "".
func kindOf(schema json.RawMessage, name string) string {
	var s struct {
		Properties map[string]struct {
			Type any               `json:"type"`
			Enum []json.RawMessage `json:"enum"`
		} `json:"properties"`
	}
	_ = json.Unmarshal(schema, &s) // one of another form has none
	switch p := s.Properties[name]; {
	case len(p.Enum) > 0:
		return ""
	case p.Type == "integer", p.Type == "number", p.Type == "string":
		return p.Type.(string)
	}
	return ""
}
