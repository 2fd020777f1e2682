package api

import (
	"github.com/chaski-dev/chaski/llm"
)

// pieces puts a turn's events in the order that streams tell: each call begins, its
// arguments come in pieces which, joined, are those of the call, and it ends.
//
// A model without a grammar may yet change a call's arguments to fit the schema, so that
// its pieces are held back: only the whole call is certain.
type pieces struct {
	certain bool // as the model writes them
	index   int  // of the next call
	open    bool
	sent    bool // some of the open call's arguments
}

func newPieces(m llm.Model) *pieces { return &pieces{certain: m.Info().Constrained} }

// of returns an event as those that are told.
func (p *pieces) of(ev llm.Event) []llm.Event {
	switch e := ev.(type) {
	case llm.CallStart:
		p.open, p.sent = true, false
		return []llm.Event{llm.CallStart{Index: p.index, Name: e.Name}}
	case llm.CallDelta:
		if !p.certain || !p.open {
			return nil
		}
		p.sent = true
		return []llm.Event{llm.CallDelta{Index: p.index, Text: e.Text}}
	case llm.CallEnd:
		var out []llm.Event
		if !p.open {
			out, p.sent = append(out, llm.CallStart{Index: p.index, Name: e.Call.Name}), false
		}
		if !p.sent && len(e.Call.Arguments) > 0 {
			out = append(out, llm.CallDelta{Index: p.index, Text: string(e.Call.Arguments)})
		}
		out = append(out, llm.CallEnd{Index: p.index, Call: e.Call})
		p.open = false
		p.index++
		return out
	}
	return []llm.Event{ev}
}
