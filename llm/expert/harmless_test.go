package expert

import (
	"encoding/json"
	"testing"

	"github.com/chaski-dev/chaski/llm"
)

// TestHarmless: a reading that was not asked for is harmless; a change never is, nor a reading
// in place of an order, nor one of nothing.
func TestHarmless(t *testing.T) {
	status := llm.ToolSpec{Name: "flight_status", Description: "Status of a flight"}
	for _, c := range []struct {
		asked string
		tool  llm.ToolSpec
		args  string
		want  bool
	}{
		{"is LH123 late", status, `{"flight":"LH123"}`, true},
		{"Tell me about LH123.", status, `{"flight":"LH123"}`, true},
		{"book me a seat on LH123", status, `{"flight":"LH123"}`, false},
		{"Could you please cancel LH123?", status, `{"flight":"LH123"}`, false},
		{"Cancel LH123 and tell me whether LH124 is late", status, `{"flight":"LH124"}`, true},
		{"I'd like to buy LH123", status, `{"flight":"LH123"}`, false},
		{"Book a table", llm.ToolSpec{Name: "book_table"}, `{"name":"x"}`, true},
		{"Booking a table", llm.ToolSpec{Name: "book_table", Changes: true}, `{"name":"x"}`, false},
		{"what time is it there?", llm.ToolSpec{Name: "get_time"}, `{"place":"the time"}`, false},
		{"what time is it there?", llm.ToolSpec{Name: "get_time"}, `{"place":"there"}`, false},
		{"what time is it in Rome?", llm.ToolSpec{Name: "get_time"}, `{"place":"Rome"}`, true},
		{"17+25", llm.ToolSpec{Name: "add"}, `{"a":17,"b":25}`, true},
		{"", status, `{}`, true},
		{"late?", status, `nonsense`, false},
	} {
		if got := Harmless(c.asked, c.tool, json.RawMessage(c.args)); got != c.want {
			t.Errorf("%q %s: %v", c.asked, c.args, got)
		}
	}
}
