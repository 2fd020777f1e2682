package chat

import "strings"

// The special tokens that the prompt format uses.
const (
	BeginOfText = "<|begin_of_text|>"
	EndOfText   = "<|end_of_text|>"
	StartHeader = "<|start_header_id|>"
	EndHeader   = "<|end_header_id|>"
	EndMessage  = "<|eom_id|>" // ends a message that awaits a tool result
	EndTurn     = "<|eot_id|>" // ends a turn
	PythonTag   = "<|python_tag|>"
)

// What models put around their thoughts.
const (
	thinkOpen  = "<think>"
	thinkClose = "</think>"
)

// Piece is a part of a prompt or of a model's output: Text, or if Special is not
// empty, the special token of that name.
type Piece struct {
	Text    string
	Special string
}

// Join returns the pieces as one string, special tokens spelt out. It is for
// people and tests: a prompt is tokenised piece by piece, see [Encode].
func Join(pieces []Piece) string {
	var b strings.Builder
	for _, p := range pieces {
		b.WriteString(p.Text)
		b.WriteString(p.Special)
	}
	return b.String()
}

// prompt collects pieces; neighbouring text is merged.
type prompt struct{ pieces []Piece }

func (p *prompt) text(s string) {
	if s == "" {
		return
	}
	if n := len(p.pieces); n > 0 && p.pieces[n-1].Special == "" {
		p.pieces[n-1].Text += s
		return
	}
	p.pieces = append(p.pieces, Piece{Text: s})
}

func (p *prompt) special(name string) { p.pieces = append(p.pieces, Piece{Special: name}) }

// header opens a message of that role.
func (p *prompt) header(role string) {
	p.special(StartHeader)
	p.text(role)
	p.special(EndHeader)
	p.text("\n\n")
}

// SplitSpecial reads the format's special tokens out of a text that spells them, such
// as a model's output that was decoded with them. It is not for the words of people or
// tools.
func SplitSpecial(text string) []Piece {
	var ps []Piece
	for text != "" {
		at, name := len(text), ""
		for _, s := range []string{BeginOfText, EndOfText, StartHeader, EndHeader, EndMessage, EndTurn, PythonTag} {
			if i := strings.Index(text, s); i >= 0 && i < at {
				at, name = i, s
			}
		}
		if at > 0 {
			ps = append(ps, Piece{Text: text[:at]})
		}
		if name != "" {
			ps = append(ps, Piece{Special: name})
		}
		text = text[at+len(name):]
	}
	return ps
}
