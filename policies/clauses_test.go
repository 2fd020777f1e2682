package policies

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/chaski-dev/chaski/llm"
	"github.com/chaski-dev/chaski/tools"
)

// TestClauses reads the cases of testdata/clauses, which are about the tools beside them. The fifth part
// is about flags, 52 honest orders and 92 that must not pass, written before flags were read beside the
// verb: at first sight 46 of 52 asked and 3 of 92 got through, all three a flag of another thing or one
// left open; then 4 and none. Those four stand there behind a #.
// The orders are everyday wordings, 100 honest ones and 157 that must not pass, by kinds: nouns for
// deeds, questions that are orders, two orders in one sentence, corrections, short answers, parts, what a ban
// leaves. It was written before the reader was changed for it: at first sight 32 of 101 honest ones asked or were denied
// and 20 of 148 got through; now three ask, behind a #, and none gets through. Of 19 corrections in
// words that no list has, written after that, 15 got through until a clause that names another number was enough,
// and of 24 more like these 5.
// The reasons are nouns for deeds with a reason behind them: 31 honest orders, of which 26 asked before, and 38 where
// it takes the order back or says nothing of it. Written beside them were 33 orders that are not to be done now, "…,
// but not yet"; with three of the 38 they were 36, of which 25 got through until the reader was changed. Of 44 more in other words, "…,
// but not before Friday", 37 got through then.
// The needs are wishes for things, by paradigm in eight languages, 75 honest ones and 86 that only look like them, written
// when the reader had begun to take them for orders: before, 18 of the honest ones asked and 7 of the others got through.
// Another are orders for another thing than the one that was named ("INV-2140 is right. Void the other one."), of which 21 of
// 24 voided the one that was right, and what was mended beside: of two things the one that is named again, Thai "not this, only
// that", corrections with the noun that the order has, and what must be done to the thing of the clause before.
// The desk are orders in which it is said in what somebody erred, choices that are named like another argument, parts with "ne … que"
// and jussives, with what looks like them: "me equivoqué de envío" took the order back and got through until the reader was changed.
// The leisure are sentences of English and German customers, by kind: of 94 answers to a question 28 asked at first sight and two got
// through; behind them are orders by the thing, "could PS-4417 be moved to …?". Done so are orders of which it is said that they are
// done already, that are somebody else's, calls with their sides changed over, papers about a thing: of 318 that must not pass 154
// got through at first sight, then 19. The pets' have their thing called by its number behind them. The enquiry are polite questions,
// and the same of those who only want to know; of 320 of these 162 got through. The giro say whose account is paid. The errands are
// orders with something told before, within or behind them, and what several others want; most were written with the change that
// they are for. So were the last nine: spans of which one end is put right, some of what a thing holds (of 22 orders for a part
// 19 called off the whole), corrections that say why, parts of an amount that stands first (of 24 nine paid the whole), what is
// said of the rest, what takes an order back, Spanish "que" and polite questions, things crossed between two orders, and what nobody can do.
func TestClauses(t *testing.T) {
	for dir, least := range map[string]int{
		"testdata/clauses":              200,
		"testdata/clauses/second":       100,
		"testdata/clauses/third":        655,
		"testdata/clauses/fourth":       151,
		"testdata/clauses/fifth":        140,
		"testdata/clauses/words":        50,
		"testdata/clauses/everyday":     58,
		"testdata/clauses/corrected":    52,
		"testdata/clauses/owed":         21,
		"testdata/clauses/meant":        95,
		"testdata/clauses/orders":       304,
		"testdata/clauses/reasons":      154,
		"testdata/clauses/needs":        160,
		"testdata/clauses/another":      150,
		"testdata/clauses/daily":        420,
		"testdata/clauses/counter":      87,
		"testdata/clauses/enquiry":      340,
		"testdata/clauses/leisure":      157,
		"testdata/clauses/doneso":       430,
		"testdata/clauses/petcrematory": 34,
		"testdata/clauses/giro":         7,
		"testdata/clauses/errands":      210,
		"testdata/clauses/desk":         140,
		"testdata/clauses/spans":        30,
		"testdata/clauses/some":         44,
		"testdata/clauses/whyso":        50,
		"testdata/clauses/wholes":       48,
		"testdata/clauses/rests":        30,
		"testdata/clauses/que":          50,
		"testdata/clauses/crossed":      12,
		"testdata/clauses/nobody":       5,
		"testdata/clauses/takenback":    115,
	} {
		t.Run(dir, func(t *testing.T) { testClauses(t, dir, least) })
	}
}

// testClauses reads a folder's cases.txt: a sign for what strict must do with a call, +
// let it through, - not let it through, ! deny it; the call; what the user says, with | between
// messages, "A: " before the assistant's; and what look has returned before the call, if anything. Tabs between.
func testClauses(t *testing.T, dir string, least int) {
	testClausesWith(t, dir+"/tools.json", dir, least)
}

// testClausesWith is [testClauses] with tools that stand elsewhere.
func testClausesWith(t *testing.T, toolsFile, dir string, least int) {
	raw, err := os.ReadFile(toolsFile)
	if err != nil {
		t.Fatal(err)
	}
	var specs []tools.Spec
	if err := json.Unmarshal(raw, &specs); err != nil {
		t.Fatal(err)
	}
	bundle, err := Compile(strict(t), specs)
	if err != nil {
		t.Fatal(err)
	}
	f, err := os.Open(dir + "/cases.txt")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	n, wrong := 0, 0
	for lines := bufio.NewScanner(f); lines.Scan(); {
		line := lines.Text()
		if strings.TrimSpace(line) == "" || line[0] == '#' {
			continue
		}
		n++
		parts := strings.Split(line, "\t")
		name, args, ok := strings.Cut(parts[0][1:], " ")
		if len(parts) < 2 || !ok {
			t.Fatalf("%q: want a sign with a call and what the user says", line)
		}
		r := NewRun(bundle, Info{})
		for text := range strings.SplitSeq(parts[1], "|") {
			fact := say(text)
			if said, ok := strings.CutPrefix(text, "A: "); ok { // the assistant
				fact.Message = &llm.Message{Role: llm.RoleAssistant, Content: said}
			}
			fold(t, r, fact)
		}
		if len(parts) > 2 {
			result := &tools.Result{Value: json.RawMessage(parts[2])}
			fold(t, r, Fact{Kind: FactResult, Call: &tools.Call{ID: "look", Tool: "look"}, Result: result})
		}
		d := r.Call(tools.Call{ID: "call", Tool: name, Arguments: json.RawMessage(args)}, start)
		want := map[byte]string{'+': "allow", '-': "no allow", '!': "deny"}[parts[0][0]]
		if ok := parts[0][0] == '+' && d.Verdict == Allow || parts[0][0] == '-' && d.Verdict != Allow || parts[0][0] == '!' && d.Verdict == Deny; !ok {
			wrong++
			t.Errorf("%v by %s, want %s: %s %s: %q", d.Verdict, d.Rule, want, name, args, parts[1])
		}
	}
	if n < least {
		t.Errorf("%d cases, want %d", n, least)
	}
	if wrong > 0 {
		fmt.Printf("%d of %d wrong\n", wrong, n)
	}
}
