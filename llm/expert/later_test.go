package expert

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/chaski-dev/chaski/llm"
)

func call(name, args string) llm.ToolCall {
	return llm.ToolCall{Name: name, Arguments: json.RawMessage(args)}
}

// TestOthers: what stands in a list beside a value is asked for, too, if it is of its kind.
func TestOthers(t *testing.T) {
	for _, c := range []struct {
		asked, args string
		want        []string
	}{
		{"where are 1041 and 1043?", `{"order_number":1041}`, []string{`{"order_number":1043}`}},
		{"where are 1041, 1043, and 1047?", `{"order_number":1041}`, []string{`{"order_number":1043}`, `{"order_number":1047}`}},
		{"where are 1041 and 1043?", `{"order_number":1043}`, []string{`{"order_number":1041}`}},
		{"Wo sind KD-17 und KD-18?", `{"no":"KD-17"}`, []string{`{"no":"KD-18"}`}},
		{"weather in Paris and Rome", `{"city":"Paris","unit":"celsius"}`, []string{`{"city":"Rome","unit":"celsius"}`}},
		{"weather in Paris and then call me", `{"city":"Paris"}`, nil},
		{"where is 1041 and what did it cost", `{"order_number":1041}`, nil},
		{"refund 20 of 1041", `{"order_number":1041,"amount":20}`, nil},
		{"is 1041 late and 3 days over", `{"order_number":1041}`, nil},
		{"1041", `{"order_number":1041}`, nil},
		{"1041 and", `{"order_number":1041}`, nil},
		{"and 1041", `{"order_number":1041}`, nil},
		{"where are 1041 and 1043?", `[`, nil},
	} {
		var got []string
		for _, o := range Others(c.asked, call("f", c.args)) {
			got = append(got, string(o.Arguments))
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%q, %s: %v, want %v", c.asked, c.args, got, c.want)
		}
	}
}

var invoices = []string{`{"invoices":[{"invoice":"KD-4471","customer":"Norvik","email":"billing@norvik.example","amount":320},{"invoice":"KD-4490","customer":"Halden","email":"accounts@halden.example","amount":84.5}]}`}

// TestRetarget: a call has the row that was named.
func TestRetarget(t *testing.T) {
	for _, c := range []struct{ asked, args, want string }{
		{"a reminder for the Halden invoice please", `{"email":"billing@norvik.example","invoice":"KD-4471"}`, `{"email":"accounts@halden.example","invoice":"KD-4490"}`},
		{"remind KD-4490", `{"email":"billing@norvik.example","invoice":"KD-4471"}`, `{"email":"accounts@halden.example","invoice":"KD-4490"}`},
		{"charge Halden", `{"amount":320,"note":"now"}`, `{"amount":84.5,"note":"now"}`},
		{"remind Halden", `{"email":"billing@norvik.example","invoice":"KD-4490"}`, `{"email":"accounts@halden.example","invoice":"KD-4490"}`},
		{"remind Halden", `{"email":"billing@norvik.example","invoice":"Halden"}`, `{"email":"accounts@halden.example","invoice":"KD-4490"}`},
		{"charge Halden 50 only", `{"amount":50,"invoice":"KD-4471"}`, `{"amount":50,"invoice":"KD-4490"}`},
		{"remind KD-4471", `{"email":"billing@norvik.example","invoice":"KD-4471"}`, ""},
		{"remind everybody", `{"email":"billing@norvik.example","invoice":"KD-4471"}`, ""},
		{"remind Halden and Norvik", `{"email":"billing@norvik.example","invoice":"KD-4471"}`, ""},
		{"remind Halden", `{"channel":"finance"}`, ""},
		{"remind Halden", `{"a":"KD-4471","b":"KD-4490"}`, ""},
	} {
		got, ok := RowsOf(invoices).Retarget(c.asked, call("f", c.args))
		if ok != (c.want != "") || ok && string(got.Arguments) != c.want {
			t.Errorf("%q, %s: %s, %v, want %s", c.asked, c.args, got.Arguments, ok, c.want)
		}
	}
}

// TestAnswer: what was asked for is told, of the row that was asked for.
func TestAnswer(t *testing.T) {
	one := []string{`{"order_number":1045,"item":"folding desk","status":"late","total":240,"expected":"2026-11-19"}`}
	two := append(one, `{"order_number":1043,"item":"wooden chair","status":"on time","total":120}`)
	for _, c := range []struct {
		results           []string
		asked, said, want string
	}{
		{one, "what did I pay for 1045?", "Your order 1045 (folding desk) is late.", "Your order 1045 (folding desk) is late. Total: 240."},
		{one, "what did I pay for 1045?", "You paid 240.00.", "You paid 240.00."},
		{one, "Which item is 1045?", "It is late.", "It is late. Item: folding desk."},
		{[]string{`{"no":7,"état":"prêt"}`}, "what is the état of 7?", "It came.", "It came. État: prêt."},
		{one, "where is 1045?", "It is late.", "It is late."},
		{one, "my item never came, refund 1045", "I can't do that.", "I can't do that."},
		{one, "what did I pay for 1045?", "Which order?", "Which order?"},
		{invoices, "how much is KD-4490?", "KD-4490 is overdue with 320.", "KD-4490: amount 84.5."},
		{invoices, "how much is KD-4490?", "KD-4490 is overdue with 84.5.", "KD-4490 is overdue with 84.5."},
		{invoices, "what about KD-4490?", "KD-4471 is overdue with 320.", "KD-4490: amount 84.5, customer Halden."},
		{invoices, "which invoices are overdue?", "Overdue: KD-4471 (320), KD-4490 (84.5).", "Overdue: KD-4471 (320), KD-4490 (84.5)."},
		{invoices, "which invoices are overdue?", "Your order KD-4471.", "KD-4471: amount 320, customer Norvik. KD-4490: amount 84.5, customer Halden."},
		{invoices, "how many invoices are overdue?", "2 are.", "2 are."},
		{two, "where are 1043 and 1045?", "Your order 1045 (folding desk) is late.", "Your order 1045 (folding desk) is late. 1043: item wooden chair, status on time, total 120."},
		{two, "where are 1043 and 1045?", "Your order 1045 (wooden chair) is on time.", "1043: item wooden chair, status on time, total 120. 1045: item folding desk, status late, expected 2026-11-19, total 240."},
		{[]string{`[{"source":"a.md","text":"` + strings.Repeat("long ", 30) + `"},{"source":"b.md","text":"short"}]`}, "which one is it?", "A.", "A."},
		{[]string{"sunny in Paris"}, "weather in Paris?", "It is sunny.", "It is sunny."},
		{nil, "how much?", "It is sunny.", "It is sunny."},
	} {
		if got := RowsOf(c.results).Answer(c.asked, c.said); got != c.want {
			t.Errorf("%q, %q:\n got %s\nwant %s", c.asked, c.said, got, c.want)
		}
	}
}

// TestMissing: what a tool needs and was not said is asked for.
func TestMissing(t *testing.T) {
	for _, c := range [][3]string{{"order_number", "", "Which order number?"}, {"to", "Currency to convert to. ISO code", "Which currency to convert to?"}, {"to", "", `What is "to"?`}, {"from", "URL of the start", "Which URL of the start?"}} {
		if got := which(c[0], c[1]); got != c[2] {
			t.Errorf("%v: %s", c, got)
		}
	}
	if got := (*Spans)(nil).Missing("x", llm.ToolSpec{Parameters: json.RawMessage(`{"required":["a"]}`)}); got != "" {
		t.Error(got)
	}
	tools := []llm.ToolSpec{{Name: "pay_bill", Description: "Pay a bill"}}
	if got := Able("I can't fly. What I can do: get a recipe; post a taxi.", tools); got != "I can't fly. What I can do: pay a bill." {
		t.Error(got)
	}
	if got := Able("I can't fly.", tools); got != "I can't fly." {
		t.Error(got)
	}
}

// TestWithout: nothing is said of what was not done, because nobody asked for it.
func TestWithout(t *testing.T) {
	tools := []llm.ToolSpec{{Name: "lookup_order"}, {Name: "refund_order"}}
	for _, c := range [][3]string{
		{"Your order 1042 is late. It is not late, so there is no refund.", "refund_order", "Your order 1042 is late."},
		{"There is no refund.", "refund_order", "There is no refund."},
		{"Your order 1042 is late.", "", "Your order 1042 is late."},
	} {
		if got := Without(c[0], c[1], tools); got != c[2] {
			t.Errorf("%v: %s", c, got)
		}
	}
}
