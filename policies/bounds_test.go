package policies

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/chaski-dev/chaski/tools"
)

// TestCostBound refuses at load what could take too long or build too much at run,
// and lets ordinary rules through.
func TestCostBound(t *testing.T) {
	doubling := "let a = args.to + args.to; "
	for i := range 30 {
		doubling += fmt.Sprintf("let %c%d = a + a; ", 'b', i)
	}
	for name, when := range map[string]string{
		"concatenation in a variable": doubling + "len(a) > 1",
		"concatenation in a loop":     `any(args.list, len(args.to + args.to) > 5)`,
		"many concatenations":         strings.Repeat("args.to + ", 40) + `args.to == ""`,
		"reduce":                      `len(reduce(1..100, #acc + #acc, args.to)) > 1`,
		"repeat":                      `len(repeat(args.to, 1000000)) > 1`,
		"join":                        `len(join(map(args.list, args.to), args.to)) > 1`,
		"replace":                     `len(replace(args.to, "a", args.to)) > 1`,
		"split":                       `len(map(args.list, split(args.to, ""))) > 1`,
		"sort":                        `len(sort(args.list)) > 1`,
		"pattern in a loop":           `any(args.list, args.to matches "^a")`,
		"pattern of many states":      `args.to matches "(a{100}b{100}){9}"`,
		"detector in a loop":          `any(args.list, found("card"))`,
		"list in two loops":           `any(args.list, any(args.list, # in args.list))`,
		"text in two loops":           `any(args.list, any(args.list, args.to contains "x"))`,
		"history in two loops":        `any(args.list, any(args.list, seen("pay")))`,
		"upper in two loops":          `any(args.list, any(args.list, upper(args.to) == "X"))`,
		"json":                        `len(toJSON(args.list)) > 1`,
		"now":                         `now().Year() > 1`,
	} {
		began := time.Now()
		_, err := bundleOf(t, ruleText(when))
		if !errors.Is(err, ErrBundle) || !strings.Contains(err.Error(), "^") {
			t.Errorf("%s: %v", name, err)
		}
		if d := time.Since(began); d > time.Second {
			t.Errorf("%s: refused after %v", name, d)
		}
	}
	for _, when := range []string{
		`any(args.list, # > 3) && args.to matches "^[a-z]+@corp[.]example$"`,
		`let total = sum(calls("pay"), .args.amount); total + args.amount > 100`,
		`any(args.list, any(args.list, # > 3 && # < 5))`,
		`args.to + "x" == "ax"`,
		`found("card") || url(args.to).private`,
	} {
		if _, err := bundleOf(t, ruleText(when)); err != nil {
			t.Error(when, err)
		}
	}
}

// TestWorstCase runs what the bound just lets through, on the worst input.
func TestWorstCase(t *testing.T) {
	if testing.Short() {
		t.Skip("seconds of work")
	}
	long := strings.Repeat("a", MaxText-200)
	list := "[" + strings.TrimSuffix(strings.Repeat("1,", MaxList), ",") + "]"
	for when, args := range map[string]string{
		`all(args.list, all(args.list, # > 0 && # < 9 && # != 5 && # != 6))`: `{"list":` + list + `}`,
		`args.to matches "(a?){30}(a*b|a*c|a*d|a*e){20}$"`:                   `{"to":"` + long + `"}`,
		`found("secret", "card", "email", "phone")`:                          `{"to":"` + long + `"}`,
	} {
		b, err := bundleOf(t, "name: b\ndefault: allow\nrules:\n  - id: r\n    on: call\n    when: "+fmt.Sprintf("%q", when)+"\n    then: deny\n")
		if err != nil {
			t.Fatal(err)
		}
		began := time.Now()
		NewRun(b, Info{Started: start}).Call(tools.Call{ID: "1", Tool: "pay", Arguments: []byte(args)}, start)
		if d := time.Since(began); d > 10*time.Second {
			t.Errorf("%s: %v", when, d)
		} else {
			t.Logf("%s: %v", when, d.Round(time.Millisecond))
		}
	}
	b, err := bundleOf(t, "name: b\ndefault: allow\n")
	if err != nil {
		t.Fatal(err)
	}
	if d := NewRun(b, Info{}).Call(tools.Call{Tool: "pay", Arguments: []byte(`{"to":"` + long + long + `"}`)}, start); d.Verdict != Deny {
		t.Error("arguments past the bound were let through")
	}
}
