package grammar

import (
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"testing"
)

var maskSchemas = flag.Int("masks", 120, "random schemas whose masks are compared with AcceptBytes over every token")

// wideVocab has each byte, and tokens that open, fill, close and leave strings: those
// that a mask finds by other ways than by walking.
func wideVocab() *Vocab {
	var tokens [][]byte
	for c := range 256 {
		tokens = append(tokens, []byte{byte(c)})
	}
	ends := []string{``, `"`, `",`, `", "`, `"}`, `": `, `"]`, `": "`, `"}, {"`}
	for _, in := range []string{"", " ", "a", "b", "ab", "abc", "x1", "12", "é", "ñ", " the", "en", "\\n", `\"`, "🦙", "_", "-", "."} {
		for _, end := range ends {
			if s := in + end; len(s) > 1 {
				tokens = append(tokens, []byte(s))
			}
		}
	}
	for _, s := range []string{`{"`, `{"a`, `["`, `[{`, `, "`, `: "`, `, `, `: `, "true", "null", "10", "0.", "e+", "\xc3", "é\xc3", "\xb1\"", "}}", "]}", `"ab`, `"a": `} {
		tokens = append(tokens, []byte(s))
	}
	return NewVocab(tokens, nil)
}

// everyToken compares the mask at m's place with AcceptBytes for each token, and gives
// how many it looked at.
func everyToken(m *Matcher, v *Vocab, mask Bitset) (int, error) {
	if err := m.Mask(mask); err != nil {
		return 0, err
	}
	for id := range int32(v.Size()) {
		err := m.AcceptBytes(v.Bytes(id))
		if err != nil && !errors.Is(err, ErrRejected) {
			return int(id), err
		}
		if err == nil {
			if err := m.Rollback(1); err != nil {
				return int(id), err
			}
		}
		if (err == nil) != mask.Has(id) {
			return int(id), fmt.Errorf("after %q: the mask has %q: %v, the grammar takes it: %v", m.text, v.Bytes(id), mask.Has(id), err == nil)
		}
	}
	return v.Size(), nil
}

// along compares at every place of a text that is drawn under the masks.
func along(g *Grammar, v *Vocab, rng *rand.Rand, limit int) (checks int, err error) {
	m, mask := g.NewMatcher(v), NewBitset(v.Size())
	for range limit {
		n, err := everyToken(m, v, mask)
		checks += n
		if err != nil {
			return checks, err
		}
		ids := mask.IDs(nil)
		if len(ids) == 0 {
			return checks, nil
		}
		if err := m.Accept(ids[rng.IntN(len(ids))]); err != nil {
			return checks, err
		}
	}
	return checks, nil
}

// TestEveryToken: a mask has a token exactly when the grammar takes its bytes, at every
// place of random texts. Patterns that are not anchored make alternatives of which some
// are the inside of a string.
func TestEveryToken(t *testing.T) {
	v := wideVocab()
	rng := rand.New(rand.NewPCG(5, 16))
	checks := 0
	look := func(schema string, limit int) {
		g, err := CompileSchema([]byte(schema), Options{MaxMemory: 32 << 20})
		if err != nil {
			return
		}
		n, err := along(g, v, rng, limit)
		checks += n
		if err != nil && !errors.Is(err, ErrTooLarge) {
			t.Errorf("%s: %v", schema, err)
		}
	}
	for _, p := range []string{`.{2}`, `\\w{2}`, `\\w\\w`, `\\S\\S`, `[A-Za-z]{2}`, `[a-z0-9]{2}`, `[a-z_]{2}`, `[A-Z0-9_]{2}`, `\\w{3}`, `[A-Za-z0-9]{4}`,
		`a.b`, `(a|b).{3}`, `[^a]{2}x?`, `é{2}|n.`, `^.{2}|..1$`, `\\w{6}`} {
		for range 3 {
			look(`{"type": "string", "pattern": "`+p+`"}`, 12)
			look(`{"type": "object", "properties": {"a": {"type": "string", "pattern": "`+p+`"}}, "required": ["a"]}`, 16)
			look(`{"type": "object", "patternProperties": {"`+p+`": {"type": "string"}}, "additionalProperties": false}`, 12)
			look(`{"type": "array", "items": {"anyOf": [{"type": "string"}, {"type": "string", "pattern": "`+p+`"}]}}`, 12)
		}
	}
	for seed := range *maskSchemas {
		a := &author{rng: rand.New(rand.NewPCG(uint64(seed), 16))}
		look(a.document(), 20)
	}
	t.Logf("%d checks", checks)
	if checks < 1000**maskSchemas/2 {
		t.Errorf("only %d checks", checks)
	}
}

// TestUnanchored: a string under a pattern that is not anchored can be closed.
func TestUnanchored(t *testing.T) {
	v := wideVocab()
	for _, c := range []struct{ pattern, text string }{
		{`.{2}`, "en"}, {`\w{2}`, "en"}, {`\w\w`, "en"}, {`\S\S`, "en"}, {`[A-Za-z0-9]{4}`, "ab12"}, {`\w{3}`, "abc"},
		{`[a-z]{2}1|x.`, "x1"}, {`a.{2}$|\S{3}`, "abc"}, {`[^x]{2}`, "ñb"}, {`(ab|1.)+\w`, "abab"}, {`\d{2}.`, "12 "},
	} {
		g, err := CompileSchema([]byte(`{"type": "string", "pattern": `+quote(c.pattern)+`}`), Options{})
		if err != nil {
			t.Fatal(err)
		}
		m, mask := g.NewMatcher(v), NewBitset(v.Size())
		if err := m.AcceptBytes([]byte(`"` + c.text)); err != nil {
			t.Fatal(err)
		}
		if err := m.Mask(mask); err != nil || !mask.Has('"') {
			t.Errorf("%s: %q can't be closed, %v", c.pattern, c.text, err)
		}
	}
}
