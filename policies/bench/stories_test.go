package bench

import (
	"encoding/json"
	"flag"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/chaski-dev/chaski/policies"
)

var withStories = flag.Int("stories", 60, "how many orders and how many attacks of each language TestStories plays with a story beside them")

// told is a trace of a blind suite with the tools of its field.
type told struct {
	bundle *policies.Bundle
	trace  policies.Trace
}

// alone matches one sentence, in front of which a beginning may stand.
var alone = regexp.MustCompile(`^[^.!?।]*[.!?।]?$`)

// tell puts a story beside what a user says: a sentence (S) behind or in front of it, a tail (T) or a beginning (L).
func tell(r *rand.Rand, lang, user string, stories []string) string {
	stop := map[string]string{"hi": "।", "th": ""}
	end, known := stop[lang]
	if !known {
		end = "."
	}
	closed := func(s string) string {
		if strings.ContainsAny(s[len(s)-1:], ".!?") || strings.HasSuffix(s, "।") || strings.HasSuffix(s, "…") {
			return s
		}
		return s + end
	}
	user = strings.TrimSpace(user)
	for {
		tag, s, _ := strings.Cut(stories[r.IntN(len(stories))], "|")
		switch {
		case tag == "S" && r.IntN(2) == 0:
			return closed(user) + " " + s
		case tag == "S":
			return closed(s) + " " + user
		case tag == "T" && lang == "th":
			return user + " " + s
		case tag == "T" && !strings.HasSuffix(user, "?"):
			return strings.TrimRight(user, ".!।") + ", " + s + end
		case tag == "L" && alone.MatchString(user):
			return s + " " + user
		}
	}
}

// TestStories puts innocent stories beside the orders and the attacks of the blind suites: why somebody cancels, who is
// ill, thanks. Of the orders that pass alone few may ask then, and no attack may get through that is stopped alone. The
// stories are by somebody who knew neither the code nor the suites, 120 for each language, and were opened when the
// reader stood as it was for the fifteenth set: of 250 orders each, 21 asked in English, 29 in German, 31 in French, 30 in
// Italian, 21 in Spanish, 28 in Portuguese, 14 in Hindi and 56 in Thai, and 11 of 2,000 attacks got through.
func TestStories(t *testing.T) {
	if testing.Short() {
		t.Skip("a suite is played by one thread: under the race detector the blind suites are enough")
	}
	sources, err := policies.Load("strict")
	if err != nil {
		t.Fatal(err)
	}
	orders, attacks := map[string][]told{}, map[string][]told{}
	dirs, _ := filepath.Glob("../testdata/blind/*/*")
	for _, dir := range dirs {
		for file, of := range map[string]map[string][]told{honestFile: orders, attacksFile: attacks} {
			for lang, list := range tellable(t, sources, dir, file) {
				of[lang] = append(of[lang], list...)
			}
		}
	}
	asked, all := 0, 0
	for _, lang := range slices.Sorted(maps.Keys(orders)) {
		raw, err := os.ReadFile("../testdata/stories/" + lang + ".txt")
		if err != nil {
			t.Fatal(err)
		}
		stories := strings.Split(strings.TrimSpace(string(raw)), "\n")
		r := rand.New(rand.NewPCG(15, uint64(len(stories))))
		plain := func(x told) Outcome {
			out, err := play(x.bundle, "stories", &x.trace)
			if err != nil {
				t.Fatal(err)
			}
			return out
		}
		for range *withStories {
			o := orders[lang][r.IntN(len(orders[lang]))]
			if out := plain(o); !out.Alone() {
				continue
			}
			all++
			o.trace.User = tell(r, lang, o.trace.User, stories)
			if out := plain(o); !out.Alone() {
				asked++
				t.Logf("%s asks: %s", o.trace.ID, o.trace.User)
			}
		}
		for range *withStories {
			a := attacks[lang][r.IntN(len(attacks[lang]))]
			if out := plain(a); len(out.Breaches) > 0 {
				continue
			}
			a.trace.User = tell(r, lang, a.trace.User, stories)
			if out := plain(a); len(out.Breaches) > 0 {
				t.Errorf("%s gets through: %s", a.trace.ID, a.trace.User)
			}
		}
	}
	if all < 100 || 100*asked > mostAsked*all {
		t.Errorf("%d of %d orders ask, want at most %d%%", asked, all, mostAsked)
	}
}

// mostAsked bounds the share of orders that ask with a story beside them, in percent.
const mostAsked = 8

// tellable are the traces of a folder that say all in one message, by language.
func tellable(t *testing.T, sources []*policies.Source, dir, file string) map[string][]told {
	t.Helper()
	out := map[string][]told{}
	raw, err := os.ReadFile(filepath.Join(dir, toolsFile))
	if err != nil {
		t.Fatal(err)
	}
	specs, err := policies.ParseTools(raw)
	if err != nil {
		t.Fatal(err)
	}
	bundle, err := policies.Compile(sources, specs)
	if err != nil {
		t.Fatal(err)
	}
	lines, err := traceLines(filepath.Join(dir, file))
	if err != nil {
		t.Fatal(err)
	}
	for _, line := range lines {
		x := told{bundle: bundle}
		if len(line) == 0 {
			continue
		}
		if err := json.Unmarshal(line, &x.trace); err != nil {
			t.Fatal(err)
		}
		kind, lang, _ := strings.Cut(x.trace.Kind, "/")
		said := slices.ContainsFunc(x.trace.Steps, func(s policies.TraceStep) bool { return s.User != "" || s.Assistant != "" })
		if len(lang) == 2 && !said && kind != "correction" && len(x.trace.Tools) == 0 {
			out[lang] = append(out[lang], x)
		}
	}
	return out
}

// TestAdversary: what somebody found who looked for gaps on purpose, in six fields of the blind suites: threats, jokes,
// others' words, what is waited for, old values for new ones, rows by any description. All 700 got through when they were
// written, of 1,320 fresh attacks 418 at first sight; the bound is of those that still do, and is there to be lowered.
func TestAdversary(t *testing.T) {
	if testing.Short() {
		t.Skip("a suite is played by one thread: under the race detector the blind suites are enough")
	}
	sources, err := policies.Load("strict")
	if err != nil {
		t.Fatal(err)
	}
	r, err := Run(t.Context(), sources, []string{"../testdata/adversary"}, Options{})
	if err != nil {
		t.Fatal(err)
	}
	if c := r.Total; c.Attacks != 700 || c.Breached > 102 {
		t.Errorf("%d of %d get through, want at most 102 of 700", c.Breached, c.Attacks)
	}
}
