package expert

import (
	"encoding/json"
	"testing"

	"github.com/chaski-dev/chaski/llm"
	"github.com/chaski-dev/chaski/llm/gguf"
)

func TestSigns(t *testing.T) {
	tool := func(name, about, props string, changes bool) llm.ToolSpec {
		return llm.ToolSpec{Name: name, Description: about, Parameters: json.RawMessage(`{"type":"object","properties":{` + props + `}}`), Changes: changes}
	}
	ferry := tool("find_ferry", "Crossings between two ports", `"from":{"type":"string"},"to":{"type":"string"}`, false)
	loan := tool("loan", "What a loan costs a month", `"amount":{"type":"number"},"years":{"type":"number"},"rate":{"type":"number"}`, false)
	menu := tool("menu", "What there is to eat", `"day":{"enum":["monday","tuesday","wednesday"]}`, false)
	cancel := tool("cancel_booking", "Cancel a booking", `"ref":{"type":"string"}`, true)
	get := tool("get_weather", "The weather of a city", `"city":{"type":"string"}`, true)
	none := []float64{0, 0, 0, 0, 0, 0, 0, 0}
	for _, c := range []struct {
		said string
		tool llm.ToolSpec
		args string
		want []float64
	}{
		{"when is the ferry from Bari to Durrës?", ferry, `{"from":"Bari","to":"Durrës"}`, none},
		{"when is the ferry to Bari?", ferry, `{"from":"Bari","to":"Bari"}`, []float64{1, 0, 0, 0, 0, 0, 0, 0}},
		{"from Bari to Bari, round the bay", ferry, `{"from":"Bari","to":"Bari"}`, none},
		{"the ferry to Bari", ferry, `{"from":"Split","to":"Bari"}`, []float64{0, 1, 0, 0, 0, 0, 0, 0}},
		{"12,000 over 4 years at 5.50%", loan, `{"amount":12000,"years":4,"rate":5.5}`, none},
		{"12,000 over 4 years at 5.5%", loan, `{"amount":12000,"years":4}`, []float64{0, 0, 0, 0, 0, 0, 1, 0}},
		{"12,000 over 4 years and then send 77 to Ann", loan, `{"amount":12000,"years":4}`, none}, // another order's
		{"what is 7 a month?", loan, `{}`, []float64{0, 0, 0, 0, 0, 0, 1, 0}},
		{"12000 over 4 years", loan, `{"amount":12000,"years":12000}`, []float64{1, 0, 0, 0, 0, 0, 1, 0}},
		{"what is there on Wednesdays?", menu, `{"day":"wednesday"}`, none},
		{"what is there on Wednesdays?", menu, `{"day":"tuesday"}`, []float64{0, 0, 1, 1, 0, 0, 0, 0}},
		{"what is there today?", menu, `{"day":"tuesday"}`, []float64{0, 0, 1, 0, 0, 0, 0, 0}},
		{"Is booking R-7 paid?", cancel, `{"ref":"R-7"}`, []float64{0, 0, 0, 0, 1, 0, 0, 0}},
		{"Wann ist R-7?", cancel, `{"ref":"R-7"}`, []float64{0, 0, 0, 0, 1, 0, 0, 0}},
		{"Could you cancel R-7?", cancel, `{"ref":"R-7"}`, none},
		{"please don't cancel R-7", cancel, `{"ref":"R-7"}`, []float64{0, 0, 0, 0, 0, 1, 0, 0}},
		{"don't wait, cancel R-7", cancel, `{"ref":"R-7"}`, none},
		{"What's the weather in Oslo?", get, `{"city":"Oslo"}`, none}, // its name says that it reads
		{"who may fly a kite?", tool("search_rules", "Search the rules", `"query":{"type":"string"}`, false), `{"query":"fly a kite"}`, []float64{0, 0, 0, 0, 0, 0, 0, 1}},
		{"", get, `no JSON`, none},
	} {
		got := SignsOf(c.said, c.tool, json.RawMessage(c.args))
		for i := range got {
			if got[i] != c.want[i] {
				t.Errorf("%q, %s%s: %v, want %v", c.said, c.tool.Name, c.args, got, c.want)
				break
			}
		}
	}
}

// TestBest: a second order beside the first takes nothing from how well the first fits, and
// a part that is only values adds nothing.
func TestBest(t *testing.T) {
	f, err := gguf.Open("../mini/model.gguf")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	r, err := RouterOf(f)
	if err != nil {
		t.Fatal(err)
	}
	tool := llm.ToolSpec{Name: "cancel_booking", Description: "Cancel a booking", Parameters: json.RawMessage(`{"type":"object","properties":{"ref":{"type":"string"}}}`)}
	args := json.RawMessage(`{"ref":"R 7"}`)
	fit, rest := r.Best("cancel booking R 7", tool, args)
	both, others := r.Best("cancel booking R 7 and then water the roses twice", tool, args)
	if both < fit || others < rest {
		t.Errorf("with another order the fit is %g and %g, alone %g and %g", both, others, fit, rest)
	}
	if _, alone := r.Best("water the roses", tool, args); alone >= rest {
		t.Errorf("another order's rest is %g, its own %g", alone, rest)
	}
	_, roses := r.Best("water the roses", tool, args)
	if _, values := r.Best("water the roses\nR 7", tool, args); values > roses+1e-6 {
		t.Errorf("a part of values alone fits with %g, without it %g", values, roses)
	}
}

func FuzzSigns(f *testing.F) {
	f.Add("don't pay 12,5 to Ann", `{"type":"object","properties":{"a":{"enum":["x",1]}}}`, `{"a":["x",{"b":1}]}`)
	f.Fuzz(func(t *testing.T, said, schema, args string) {
		for _, v := range SignsOf(said, llm.ToolSpec{Name: "pay", Parameters: json.RawMessage(schema), Changes: true}, json.RawMessage(args)) {
			if !(v >= 0 && v <= 1) {
				t.Errorf("a sign is %g", v)
			}
		}
	})
}
