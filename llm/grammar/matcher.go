package grammar

import (
	"bytes"
	"errors"
	"fmt"
	"sync"

	"github.com/chaski-dev/chaski/llm/chat"
)

// ErrRejected says that a token or text does not fit the grammar.
var ErrRejected = errors.New("grammar: not allowed here")

// Grammar is a compiled schema or turn. It is safe to share between goroutines.
type Grammar struct {
	mu     sync.Mutex
	b      *builder
	start  node
	params bool // arguments have a tag each
	tagged node // what follows <|python_tag|>, or none
	calls  node // the calls of a turn, or none
	text   node // the text of a turn, or none
	masks  map[maskKey]cachedMask

	mark     string // that opens calls where text may come before them; else ""
	thinks   bool   // thoughts may come first
	thinking bool   // and do

	kept  int64 // bytes that the text of a matcher needed after they were dropped
	base  node  // expressions that were compiled; those after it are met while matching
	spent int64
	epoch int // raised when those are dropped

	checked []Checked
}

type maskKey struct {
	v *Vocab
	n node
}

// cachedMask is a mask, and the most bytes that an end can take after one of its
// tokens; −1 if that is not known.
type cachedMask struct {
	set   Bitset
	worst int32
}

// maxMasks bounds the masks kept for one grammar (16 KiB each for 128K tokens).
const maxMasks = 256

// newGrammar marks what is compiled; what matching adds to it may be dropped again.
func newGrammar(b *builder, n node) *Grammar {
	b.work, b.patterns, b.classes = 0, nil, nil
	return &Grammar{b: b, start: n, masks: map[maskKey]cachedMask{}, base: b.count, spent: b.used, checked: b.checked}
}

// forget drops what was met while matching; matchers find their place again by their
// text.
func (g *Grammar) forget() {
	b := g.b
	b.drop(g.base)
	for n := range b.count {
		e := b.expr(n)
		e.next, e.part, e.loops, e.firsts, e.quoted, e.after = nil, nil, nil, nil, 0, none
		if e.opened >= g.base {
			e.opened = none
		}
	}
	if b.charNode >= g.base {
		b.charNode = none
	}
	b.parts = newPartitions()
	b.used = g.spent
	b.inners, b.innerBytes = nil, 0
	clear(g.masks)
	g.epoch++
}

// locked runs fn. A grammar that outgrows its limit starts afresh, once; if that does
// not help it is an error.
func (g *Grammar) locked(fn func() error) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.b.used-g.spent > max((g.b.limit-g.spent)/2, 2*g.kept) {
		g.forget()
	}
	err := guard(fn)
	if errors.Is(err, errTooLarge) {
		g.forget()
		if err = guard(fn); err != nil {
			g.forget()
		}
	}
	return err
}

// guard gives back the panic of a builder that reached a limit.
func guard(fn func() error) (err error) {
	defer func() {
		if r := recover(); r != nil {
			e, ok := r.(error)
			if !ok || !errors.Is(e, errTooLarge) && !errors.Is(e, errTooMuch) {
				panic(r)
			}
			err = &Error{"schema", "", e.Error(), fmt.Errorf("%w: %w", ErrTooLarge, e)}
		}
	}()
	return fn()
}

// Matcher follows one text through a grammar. It belongs to one goroutine.
type Matcher struct {
	g     *Grammar
	v     *Vocab
	epoch int
	at    place
	past  []place
	text  []byte // all that was accepted
	bound int    // bytes of a string within a call; 0 is no bound
}

// place is a point of the text.
type place struct {
	state  node
	len    int  // bytes of the text
	opened int  // where the open string starts in it, after the quote; 0 if none is open
	esc    bool // a backslash came last in that string
	depth  int  // open brackets
	begun  int  // where the answer begins, after thoughts, or the calls, after text
	tag    bool // <|python_tag|> came first
	text   bool // the turn may only be text
	calls  bool // the turn may only be calls
	prose  prose
}

// prose says that what is written is no call, so that its quotes and brackets mean nothing.
type prose uint8

const (
	inCalls    prose = iota // or at the start of a turn that may open with one
	inText                  // that calls may follow
	inRaw                   // the text of an argument
	inThoughts              // that anything may follow
)

// first is the beginning of a turn.
func (g *Grammar) first() place {
	p := place{state: g.start}
	switch {
	case g.thinking:
		p.prose = inThoughts
	case g.mark != "":
		p.prose = inText
	}
	return p
}

// follow goes on by the byte of text at p.len.
func (g *Grammar) follow(p place, text []byte) place {
	if p.prose == inCalls {
		p = g.b.follow(p, text)
	} else {
		p.state = g.b.step(p.state, text[p.len])
		p.len++
	}
	so := text[:p.len]
	switch {
	case g.thinks && string(so) == thinkOpen:
		p.prose = inThoughts
	case p.prose == inThoughts && bytes.HasSuffix(so, []byte(thinkClose)):
		p.prose, p.begun = inCalls, p.len
		if g.mark != "" {
			p.prose = inText
		}
	case p.prose == inText && bytes.HasSuffix(so, []byte(g.mark)):
		p.prose, p.begun = inCalls, p.len-len(g.mark)
	case g.params && p.prose == inCalls && bytes.HasSuffix(so, []byte(">\n")) && g.b.isRaw(p.state):
		p.prose, p.opened = inRaw, p.len
	case p.prose == inRaw && bytes.HasSuffix(so, []byte(chat.ParameterEnd)):
		p.prose, p.opened = inCalls, 0
	}
	return p
}

// NewMatcher starts at the beginning.
func (g *Grammar) NewMatcher(v *Vocab) *Matcher {
	return &Matcher{g: g, v: v, at: g.first()}
}

// Clone gives a matcher in the same state.
func (m *Matcher) Clone() *Matcher {
	c := *m
	c.past = append([]place(nil), m.past...)
	c.text = append([]byte(nil), m.text...)
	return &c
}

// do runs fn with the grammar to itself, at the matcher's place.
func (m *Matcher) do(fn func() error) error {
	return m.g.locked(func() error {
		if m.epoch != m.g.epoch {
			m.replay()
			m.g.kept = max(m.g.kept, m.g.b.used-m.g.spent)
		}
		return fn()
	})
}

// replay finds all places again after the grammar forgot them.
func (m *Matcher) replay() {
	p := m.g.first()
	again := func(to *place) {
		if to.tag && !p.tag {
			p.state, p.tag = m.g.tagged, true
		}
		if to.text && !p.text {
			p.state, p.text = m.g.text, true
		}
		if to.calls && !p.calls {
			p.state, p.calls = m.g.calls, true
		}
		for p.len < to.len {
			p = m.g.follow(p, m.text)
		}
		*to = p
	}
	for i := range m.past {
		again(&m.past[i])
	}
	again(&m.at)
	m.epoch = m.g.epoch
}

// follow goes on by the byte of text at p.len.
func (b *builder) follow(p place, text []byte) place {
	c := text[p.len]
	p.state = b.step(p.state, c)
	p.len++
	switch {
	case p.opened == 0:
		switch c {
		case '"':
			p.opened = p.len
		case '{', '[', '(':
			p.depth++
		case '}', ']', ')':
			p.depth--
		}
	case p.esc:
		p.esc = false
	case c == '\\':
		p.esc = true
	case c == '"':
		p.state = b.settle(p.state, string(text[p.opened:p.len]))
		p.opened = 0
	}
	return p
}

// Accept goes on by a token.
func (m *Matcher) Accept(id int32) error {
	t := m.v.Bytes(id)
	if len(t) == 0 {
		return fmt.Errorf("%w: token %d", ErrRejected, id)
	}
	return m.AcceptBytes(t)
}

// AcceptTag goes on by <|python_tag|>, where a turn may open with it.
func (m *Matcher) AcceptTag() error {
	if !m.CanTag() {
		return fmt.Errorf("%w: <|python_tag|>", ErrRejected)
	}
	m.past = append(m.past, m.at)
	m.at.state, m.at.tag = m.g.tagged, true
	return nil
}

// CanTag says whether <|python_tag|> may come next.
func (m *Matcher) CanTag() bool { return m.AtStart() && !m.at.text && m.g.tagged != none }

// AtStart says that nothing was accepted yet.
func (m *Matcher) AtStart() bool { return len(m.past) == 0 }

// MayText says that the turn, where it has not begun, may be text.
func (m *Matcher) MayText() bool { return m.AtStart() && m.g.text != none }

// TextOnly takes the calls out of a turn that has not begun, if it may be text.
func (m *Matcher) TextOnly() {
	if m.MayText() {
		m.at.state, m.at.text = m.g.text, true
	}
}

// CallsOnly takes the text out of a turn that has not begun, if it may call.
func (m *Matcher) CallsOnly() {
	if m.AtStart() && !m.at.text && m.g.calls != none {
		m.at.state, m.at.calls = m.g.calls, true
	}
}

// AcceptBytes goes on by text, as one step for Rollback. After an error the place is
// the one before.
func (m *Matcher) AcceptBytes(text []byte) error {
	err := m.do(func() error {
		m.text = append(m.text[:m.at.len], text...)
		p := m.at
		for range text {
			if p = m.g.follow(p, m.text); p.state == none {
				return fmt.Errorf("%w: %q", ErrRejected, text)
			}
		}
		m.past = append(m.past, m.at)
		m.at = p
		return nil
	})
	if err != nil {
		m.text = m.text[:m.at.len]
	}
	return err
}

// Rollback takes back the last n accepted tokens.
func (m *Matcher) Rollback(n int) error {
	if n < 0 || n > len(m.past) {
		return fmt.Errorf("grammar: rollback of %d tokens of %d", n, len(m.past))
	}
	if n > 0 {
		m.at = m.past[len(m.past)-n]
		m.past = m.past[:len(m.past)-n]
		m.text = m.text[:m.at.len]
	}
	return nil
}

// CanEnd says whether the text may end here.
func (m *Matcher) CanEnd() bool {
	end := false
	err := m.do(func() error {
		end = m.g.b.null(m.at.state)
		return nil
	})
	return err == nil && end
}

// MinTokensToEnd bounds from above the tokens that the shortest end takes.
func (m *Matcher) MinTokensToEnd() (int, error) {
	var n int32
	err := m.do(func() error {
		n = m.g.b.shortest(m.at.state)
		return nil
	})
	return int(n), err
}

// maxForced bounds the bytes that Forced looks ahead.
const maxForced = 4096

// Forced is the only continuation that the grammar allows, as far as there is one.
func (m *Matcher) Forced() ([]byte, error) {
	out, _, err := m.forced()
	return out, err
}

// forced says too whether nothing can follow.
func (m *Matcher) forced() (out []byte, last bool, err error) {
	err = m.do(func() error {
		b, p := m.g.b, m.at
		defer func() { m.text = m.text[:m.at.len] }()
		for out = out[:0]; len(out) < maxForced; {
			only, ways := b.only(p.state)
			if b.null(p.state) || ways != 1 {
				last = b.null(p.state) && ways == 0
				break
			}
			m.text = append(m.text, only)
			p = m.g.follow(p, m.text)
			out = append(out, only)
		}
		return nil
	})
	return out, last, err
}

// Encoder is a tokenizer. EncodeSettled leaves out the end of the text, whose tokens
// depend on what follows.
type Encoder interface {
	Encode(dst []int32, text string) []int32
	EncodeSettled(dst []int32, text string) (ids []int32, n int)
}

// backward bounds the bytes before a forced text that are looked at for its tokens.
const backward = 256

// ForcedTokens is Forced as the tokens that the tokenizer gives to the text when it is
// encoded together with what stands before it. Tokens that depend on what follows the
// forced text are left out.
func (m *Matcher) ForcedTokens(e Encoder) ([]int32, error) {
	text, last, err := m.forced()
	if err != nil || len(text) == 0 {
		return nil, err
	}
	encode := func(s string) []int32 {
		if last {
			return e.Encode(nil, s)
		}
		ids, _ := e.EncodeSettled(nil, s)
		return ids
	}
	from := m.at.len
	for i := len(m.past) - 1; i >= 0 && m.at.len-m.past[i].len <= backward; i-- {
		from = m.past[i].len
	}
	ids := encode(string(m.text[from:]) + string(text))
	at := from
	for len(ids) > 0 && at < m.at.len {
		at += len(m.v.Bytes(ids[0]))
		ids = ids[1:]
	}
	if at > m.at.len {
		// A token stands across the border: what was written is not the tokenizer's own.
		return encode(string(text)), nil
	}
	return ids, nil
}

// only is a byte that n allows, and how many there are, 2 for more than one.
func (b *builder) only(n node) (at byte, ways int) {
	p := b.partOf(n)
	for i, c := range p.reps {
		if b.step(n, c) != none {
			at = c
			if ways += p.size[i]; ways > 1 {
				return at, 2
			}
		}
	}
	return at, ways
}
