package chat

import (
	"strings"
	"testing"
	"time"
)

// TestSieveStaysLinear: text that looks like the beginning of calls all the time costs
// no more than its length, whole and in pieces.
func TestSieveStaysLinear(t *testing.T) {
	const size = 100_000
	for name, unit := range map[string]string{
		"braces": "{", "brackets": "[ ", "tags": "<b>", "ticks": "` {", "names": "get_weather ", "calls": "get_weather(", "lines": "x = [\n", "quotes": "\n\"", "keys": `{"get_weather": `,
		"objects": `{"name": "get_weather", "parameters": {"town": 3}} `, "functions": "<function=get_weather>", "examples": `for example {"name": "get_weather", "parameters": {"city": "a"}} `,
	} {
		text := strings.Repeat(unit, size/len(unit))
		for how, piece := range map[string]int{"whole": len(text), "in pieces": 5} {
			start := time.Now()
			p := NewParser(ParserOptions{Tools: testTools})
			for at := 0; at < len(text); at += piece {
				p.Push(Piece{Text: "I see: "[:min(7, at+7)*b2i(at == 0)] + text[at:min(at+piece, len(text))]})
			}
			_, _ = p.Finish()
			if d := time.Since(start); d > 10*time.Second { // on a machine that does something else, too
				t.Errorf("%s, %s: %v", name, how, d)
			}
		}
	}
}
