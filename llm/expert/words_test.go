package expert

import (
	"encoding/json"
	"slices"
	"testing"

	"github.com/chaski-dev/chaski/llm"
)

func TestSplit(t *testing.T) {
	for text, want := range map[string][]string{
		"What's the weather in Paris?": {"what", "'", "s", "the", "weather", "in", "paris", "?"},
		"get_userById2":                {"get", "user", "by", "id", "2"},
		"pay Tom 12.50":                {"pay", "tom", "12", ".", "50"},
		"HTTP über Straße":             {"http", "über", "straße"},
		"":                             nil,
		" \t\n_":                       nil,
		"a\xffb":                       {"a", "\uFFFD", "b"},
		"สวัสดี":                       {"สว", "ั", "สด", "ี"},
		"x-ray #318":                   {"x", "-", "ray", "#", "318"},
		"vier٣":                        {"vier", "٣"},
	} {
		got, at := splitAt(text)
		if !slices.Equal(got, want) {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
		for i := range at {
			if at[i][0] >= at[i][1] || at[i][1] > len(text) || i > 0 && at[i][0] < at[i-1][1] {
				t.Errorf("%q: %q stands at %v", text, got[i], at[i])
			}
		}
	}
}

func FuzzSplit(f *testing.F) {
	f.Add("Schick 20 € an Zoë_X9")
	f.Add("a\xff\xfe b")
	f.Fuzz(func(t *testing.T, text string) {
		words, at := splitAt(text)
		for i, w := range words {
			if at[i][0] >= at[i][1] || at[i][1] > len(text) || i > 0 && at[i][0] < at[i-1][1] {
				t.Fatalf("%q stands at %v", w, at[i])
			}
			if n := len(features(w, "")); n < 2 || n > maxFeatures {
				t.Fatalf("%q has %d features", w, n)
			}
		}
	})
}

func TestOfTool(t *testing.T) {
	words := ofTool(llm.ToolSpec{Name: "setLight", Description: "Switch it", Parameters: json.RawMessage(`{"properties":{"room":{"description":"Which room is it in the house, please"},"on":{}}}`)})
	if len(words) != 2+2+1+1+maxAbout || words[0].kind != ofName || words[2].kind != ofDescription || words[4].kind != ofParameter {
		t.Errorf("%d words: %v", len(words), words)
	}
	if !slices.Equal(words[4].features, features("on", "")) { // parameters stand by their names
		t.Error("the first parameter is not the first by name")
	}
	if got := ofTool(llm.ToolSpec{Name: "x", Parameters: json.RawMessage(`[1`)}); len(got) != 1 {
		t.Errorf("a schema of another form: %v", got)
	}
}
