package console

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/chaski-dev/chaski/llm"
	"github.com/chaski-dev/chaski/planner"
	"github.com/chaski-dev/chaski/policies"
	"github.com/chaski-dev/chaski/tools"
)

func TestTook(t *testing.T) {
	for d, want := range map[time.Duration]string{
		-1: "0 ms", time.Microsecond: "under 0.01 ms", 9600 * time.Microsecond: "9.6 ms", 400 * time.Millisecond: "400 ms", 1500 * time.Millisecond: "1.5 s",
		77 * time.Second: "1 min 17 s", 90 * time.Minute: "1 h 30 min", 49 * time.Hour: "2 d 1 h",
	} {
		if got := took(d); got != want {
			t.Errorf("%v: %q, want %q", d, got, want)
		}
	}
}

// TestHint: what a person is asked says what could be declared, as text.
func TestHint(t *testing.T) {
	c, err := New(Options{API: http.NotFoundHandler(), Token: "t"})
	if err != nil {
		t.Fatal(err)
	}
	var page strings.Builder
	if err := c.pages["approvals"].ExecuteTemplate(&page, "summary", &policies.Summary{What: "x", Hint: "declare <b>actions</b>"}); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(page.String(), "Hint: declare &lt;b&gt;actions") {
		t.Error(page.String())
	}
}

// TestPictureOfMany: many calls of one tool share a row, a few have one each.
func TestPictureOfMany(t *testing.T) {
	for calls, rows := range map[int]int{3: 1 + 3, 200: 1 + 2} {
		at := time.Now()
		g := &planner.Generated{Message: llm.Message{Role: llm.RoleAssistant}}
		for i := range calls {
			g.Message.Calls = append(g.Message.Calls, llm.ToolCall{ID: fmt.Sprint(i), Name: []string{"look", "pay"}[i%2], Arguments: json.RawMessage("{}")})
		}
		c := picture([]numbered{{1, planner.Event{At: at, Started: &planner.Started{Run: "r", Tools: []tools.Spec{{Name: "look"}, {Name: "pay"}}}}}, {2, planner.Event{At: at.Add(time.Second), Generated: g}}}, true, at)
		if len(c.Rows) != rows {
			t.Errorf("%d calls: %d rows, want %d", calls, len(c.Rows), rows)
		}
	}
}
