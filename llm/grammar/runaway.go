package grammar

import (
	"bytes"
	"strings"
)

// A model that has lost its way says the same again and again, or fills a string until no
// tokens are left. Both are steered to the next end: of the string, or of the text.

// A stretch of text that is repeated is a loop if it comes loopTimes in a row and takes
// shortLoop bytes in all, or longLoop if it has longPeriod bytes or more. The rule of a
// table, a row of dashes and a list of zeros are shorter.
const (
	loopTimes  = 4
	shortLoop  = 96
	longPeriod = 8
	longLoop   = 40
	maxPeriod  = 64
	valueTimes = 2 // a value of a call may be a token or a table, which repeat themselves
)

// Loops says that a text ends in a loop.
func Loops(text []byte) bool { return loops(text, 1) }

// loops says that a text ends in a loop that is so many times as long as one must be.
func loops(text []byte, times int) bool {
	short := 0 // bytes at the end that a short period explains
	for period := 1; period <= maxPeriod; period++ {
		n := period
		for n < len(text) && n < times*max(loopTimes*period, shortLoop) && text[len(text)-1-n] == text[len(text)-1-n+period] {
			n++
		}
		switch {
		case n < times*loopTimes*period:
		case period < longPeriod:
			if short = max(short, n); n >= times*shortLoop {
				return true
			}
		case n >= times*longLoop && short < n:
			return true
		}
	}
	return false
}

// Bound sets the bytes that a string within a call may take before it is steered to its
// end; 0 is no bound.
func (m *Matcher) Bound(bytes int) { m.bound = bytes }

// Runaway says that what is being written is to end as soon as it can: the next mask has
// only tokens that lead there.
func (m *Matcher) Runaway() bool {
	said := bytes.TrimLeft(m.text[m.at.begun:], " \t\r\n")
	call := m.at.tag || m.at.prose == inRaw || m.at.prose == inCalls && (m.g.mark != "" || len(said) > 0 && strings.IndexByte("{[<", said[0]) >= 0)
	if !call {
		return Loops(m.text)
	}
	if m.at.opened == 0 {
		return false
	}
	open := m.text[m.at.opened:]
	return m.bound > 0 && len(open) >= m.bound || loops(open, valueTimes)
}
