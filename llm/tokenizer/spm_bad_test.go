package tokenizer

import (
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/chaski-dev/chaski/llm/gguf"
)

// TestBadPieces: a SentencePiece vocabulary that would cut texts otherwise than its maker's
// is refused, by the name of the key and of the token.
func TestBadPieces(t *testing.T) {
	const at = 300
	inf := float32(math.Inf(1))
	for name, c := range map[string]struct {
		spoil func(p *pieces)
		more  []gguf.Pair
		want  string
	}{
		"NaN":               {func(p *pieces) { p.Scores[at] = inf - inf }, nil, "scores: that of token 300"},
		"infinite":          {func(p *pieces) { p.Scores[at] = inf }, nil, "scores: that of token 300"},
		"less than all":     {func(p *pieces) { p.Scores[at] = -inf }, nil, "scores: that of token 300"},
		"of a control":      {func(p *pieces) { p.Scores[1] = inf - inf }, nil, "scores: that of token 1"},
		"scores short":      {func(p *pieces) { p.Scores = p.Scores[:at] }, nil, "scores have"},
		"scores long":       {func(p *pieces) { p.Scores = append(p.Scores, 0) }, nil, "scores have"},
		"no scores":         {func(p *pieces) { p.Scores = nil }, nil, "scores have"},
		"types short":       {func(p *pieces) { p.Types = p.Types[:at] }, nil, "token_type and scores have"},
		"type 0":            {func(p *pieces) { p.Types[at] = 0 }, nil, "token_type: token 300"},
		"type 7":            {func(p *pieces) { p.Types[at] = 7 }, nil, "token_type: token 300"},
		"type under 0":      {func(p *pieces) { p.Types[at] = -1 }, nil, "token_type: token 300"},
		"byte that is none": {func(p *pieces) { p.Types[at] = ggufByte }, nil, "should be a byte"},
		"prefix of text":    {func(*pieces) {}, []gguf.Pair{{Key: "tokenizer.ggml.add_space_prefix", Value: "yes"}}, "add_space_prefix"},
		"begin of text":     {func(*pieces) {}, []gguf.Pair{{Key: "tokenizer.ggml.add_bos_token", Value: uint32(1)}}, "add_bos_token"},
	} {
		p := readPieces(t)
		p.Scores, p.Types = slices.Clone(p.Scores), slices.Clone(p.Types)
		c.spoil(p)
		if _, err := p.open(t, c.more...); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %s", name, err, c.want)
		}
	}
}
