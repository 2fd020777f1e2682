package policies

import (
	"regexp"
	"strconv"
	"strings"
	"unicode"

	"github.com/chaski-dev/chaski/policies/ask"
)

// A request with a condition asks only if the condition holds. What can be checked is
// whether a result says so: by the word ("if it is late"), or by a number ("if it is over
// 50"). What no result says does not hold. The user has left it to what is read, so a result
// of any trust may say it.

// open are conditions that leave it to the assistant, and say nothing of the world.
var open = regexp.MustCompile(`(?i)^(?:possible|necessary|needed|required|you can|you could|you want|you like|you find|you have|you need|you are|you're|so|not|done|ready|that|there(?: is|'s| are) (?:any|some|one|a|an)|any\b|it (?:helps|works|exists|is possible)|i (?:have|am|forgot|want)|nötig|möglich|du kannst|possible|nécessaire|besoin|posible|necesario|puedes|possibile|necessario|puoi|possível|necessário)`)

var negatedCondition = regexp.MustCompile(`(?i)\b(?:not|no|isn't|hasn't|wasn't|don't|doesn't|never|without|nicht|kein|keine|pas|no|non|não)\b|नहीं|ไม่`)

var bound = regexp.MustCompile(`(?i)(less|under|below|cheaper|lower|fewer|at most|up to|more|over|above|exceeds|exceed|higher|greater|at least|unter|über|mehr|weniger|moins|plus|menos|más|meno|più|mais)(?: \p{L}+){0,2} [^\d\s]{0,3}(\d[\d.,]*)`)

var small = map[string]bool{}

func init() {
	for w := range strings.FieldsSeq(`it is are was were be been the a an my your our this that these those if when so yet already still has have had any some there
		order orders he she they i you we its of to in on at for with and or then me not no does do did can could will would should
		es ist sind der die das ein eine noch schon est sont le la les un une il elle c'est ya es está el los esta está è il lo o a é ela ele já
		है हो वह यह है`) {
		small[w] = true
	}
}

// holds reports whether all conditions of a request do.
func (r *Run) holds(conditions []ask.Condition) bool {
	for _, c := range conditions {
		if open.MatchString(c.Text) {
			continue
		}
		if !r.context.Read() {
			return false
		}
		if r.says(c.Text) == (c.Unless != negatedCondition.MatchString(c.Text)) {
			return false
		}
	}
	return true
}

// says reports whether a result says what the words say.
func (r *Run) says(text string) bool {
	if m := bound.FindStringSubmatch(text); m != nil {
		n, err := strconv.ParseFloat(strings.ReplaceAll(strings.TrimRight(m[2], ".,"), ",", ""), 64)
		if err != nil {
			return false
		}
		down := strings.Contains(" less under below cheaper lower fewer at most up to unter weniger moins menos meno ", " "+strings.ToLower(m[1])+" ")
		return r.context.AnyNumber(func(f float64) bool { return down && f <= n || !down && f >= n })
	}
	checked := false
	for _, w := range strings.FieldsFunc(strings.ToLower(text), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsMark(r) && r != '\'' }) {
		if small[w] || negatedCondition.MatchString(w) || len(w) < 3 {
			continue
		}
		checked = true
		if r.context.Word(w) {
			return true
		}
	}
	return !checked
}
