package label

import (
	"encoding/json"
	"testing"
)

// TestMentions: where a text says a value, in figures, in words, as a day or a time, as a word of its own.
func TestMentions(t *testing.T) {
	const text = "Refund 20 of the 1,042 on A-20 to Ann Wood, Ann's 20 Mill Lane, on 12 December at 9:00. Two."
	for _, c := range []struct {
		value any
		want  []string
	}{
		{json.Number("20"), []string{"20", "20", "20"}},
		{json.Number("1042"), []string{"1,042"}},
		{json.Number("2"), []string{"two"}},
		{json.Number("12"), []string{"12"}},
		{json.Number("7"), nil},
		{"20", []string{"20", "20", "20"}},
		{"A-20", []string{"a-20"}},
		{"Ann", []string{"ann", "ann"}},
		{"Wood", []string{"wood"}},
		{"An", nil},
		{"2026-12-12", []string{"12 december"}},
		{"2026-12-13", nil},
		{"09:00", []string{"9:00"}},
	} {
		p := NewPhrase(text)
		var got []string
		for _, s := range p.Mentions(c.value) {
			got = append(got, p.own.plain[s.At:s.End])
		}
		if len(got) != len(c.want) {
			t.Errorf("%v: %q, want %q", c.value, got, c.want)
			continue
		}
		for i := range got {
			if got[i] != c.want[i] {
				t.Errorf("%v: %q, want %q", c.value, got, c.want)
			}
		}
	}
	if p := NewPhrase("from the 11th to the 13th of December"); !p.SeveralMoments("2026-12-11") {
		t.Error("two days are said")
	}
	if p := NewPhrase("on 11 December at 9:00"); p.SeveralMoments("2026-12-11") || p.SeveralMoments("09:00") {
		t.Error("one day and one time are said")
	}
}
