package planner_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/chaski-dev/chaski/llm"
	"github.com/chaski-dev/chaski/planner"
	"github.com/chaski-dev/chaski/tools"
)

func manyTools() (out []tools.Spec) {
	for _, line := range strings.Split(strings.TrimSpace(`
get_weather|Current weather for a city
sendEmail|Send a message to an address
set_timers|Start a timer
get_stock_price|Latest price of a share
play_music|Play a song
translate|Translate a text to a language
book_table|Reserve a table at a restaurant
track_package|Where a parcel is
lock_door|Lock a door`), "\n") {
		name, about, _ := strings.Cut(line, "|")
		out = append(out, tools.Spec{Name: name, Description: about, Effect: tools.Read, Parameters: json.RawMessage(`{"type":"object"}`)})
	}
	out[7].Parameters = json.RawMessage(`{"type":"object","properties":{"code":{"type":"string","description":"what the courier printed on the label"}}}`)
	return out
}

func names(req *llm.Request) (out []string) {
	for _, t := range req.Tools {
		out = append(out, t.Name)
	}
	return out
}

// TestShown: of many tools a turn declares those that fit the request, that were called
// or that a search found, and the search.
func TestShown(t *testing.T) {
	w := newWorld(t)
	var turns [][]string
	next := script(said("", call("get_weather", `{}`)), said("", call(planner.FindName, `{"query":"reserve a restaurant"}`)), said("", call("book_table", `{}`)), said("Done."))
	w.model = func(req *llm.Request) planner.Generated {
		turns = append(turns, names(req))
		return next(req)
	}
	w.start(planner.Started{Tools: manyTools(), Shown: 2, Messages: []llm.Message{{Role: llm.RoleUser, Content: "What's the weather in Lima, and which songs should I play?"}}})
	s := w.drive()
	if s.Status != planner.Finished || len(turns) != 4 {
		t.Fatalf("%s %s after %d turns", s.Status, s.Reason, len(turns))
	}
	first := []string{planner.FindName, "get_weather", "play_music"}
	for i, want := range [][]string{first, first, append([]string{"book_table"}, first...)} {
		if got := slices.DeleteFunc(slices.Clone(turns[i]), func(n string) bool { return i == 2 && !slices.Contains(want, n) }); !slices.Equal(got, want) {
			t.Errorf("turn %d declares %v, want %v", i+1, turns[i], want)
		}
	}
	var found string
	for _, m := range s.Messages {
		if m.Role == llm.RoleTool && m.Name == planner.FindName {
			found = string(m.Value)
		}
	}
	if !strings.Contains(found, `"book_table"`) || !strings.Contains(found, "Reserve a table") || m(found) != 2 {
		t.Errorf("the search gave %s", found)
	}
	if !slices.ContainsFunc(w.log, func(l string) bool { return strings.Contains(l, "book_table") }) || slices.ContainsFunc(w.log, func(l string) bool { return strings.Contains(l, planner.FindName) }) {
		t.Errorf("dispatched: %v", w.log)
	}
}

func m(list string) int {
	var v []any
	_ = json.Unmarshal([]byte(list), &v)
	return len(v)
}

// TestShownFits: names in any spelling, descriptions and parameters are looked at; where
// nothing fits, and where all are shown, the order is that of the tools.
func TestShownFits(t *testing.T) {
	for _, c := range []struct {
		said  string
		shown int
		want  []string
	}{
		{"start the timer", 1, []string{planner.FindName, "set_timers"}},
		{"email bob", 1, []string{planner.FindName, "sendEmail"}},
		{"the courier's label says XK-1", 1, []string{planner.FindName, "track_package"}},
		{"zzz", 1, []string{planner.FindName, "get_weather"}},
		{"zzz", 0, []string{"book_table", "get_stock_price", "get_weather", "lock_door", "play_music", "sendEmail", "set_timers", "track_package", "translate"}},
		{"zzz", 9, []string{"book_table", "get_stock_price", "get_weather", "lock_door", "play_music", "sendEmail", "set_timers", "track_package", "translate"}},
	} {
		w := newWorld(t)
		var got []string
		w.model = func(req *llm.Request) planner.Generated { got = names(req); return said("ok") }
		w.start(planner.Started{Tools: manyTools(), Shown: c.shown, Messages: []llm.Message{{Role: llm.RoleUser, Content: c.said}}})
		w.drive()
		if !slices.Equal(got, c.want) {
			t.Errorf("%q, %d shown: %v, want %v", c.said, c.shown, got, c.want)
		}
	}
	// Nobody declared the search: a call of it is one of a tool that is not there.
	w := newWorld(t)
	w.model = script(said("", call(planner.FindName, `{"query":"x"}`)), said("ok"))
	w.start(planner.Started{})
	if s := w.drive(); s.Status != planner.Finished || !strings.Contains(s.Messages[2].Content, "there is no tool") {
		t.Errorf("%s: %+v", s.Status, s.Messages)
	}
}
