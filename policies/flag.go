package policies

import (
	"encoding/json"
	"fmt"
	"math"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/chaski-dev/chaski/policies/ask"
	"github.com/chaski-dev/chaski/policies/label"
	words "github.com/chaski-dev/chaski/policies/spoken"
)

// A flag is often said beside the order: ", no paper copy", "Sin seguro.". It is this order's only if
// what stands before it, back to what the call is about, is this order's too, and nothing behind it
// takes it back. Whatever else is said of its thing leaves it to a person.

// ownMark stands for a number or a moment of the call in what the user said, the characters from ownName on for
// what is neither.
const (
	ownMark  = '\x01'
	ownName  = '\uE000'
	maxNames = 64
)

// maxFlagged bounds the messages that are read for flags.
const maxFlagged = 4096

// flagPart is what stands between two signs, and the sign behind it.
type flagPart struct {
	text string
	sign rune
}

// flagText is what the user said from an order on, in parts, with marks for the values of the call.
type flagText struct {
	tool   *tool
	parts  []flagPart
	names  map[rune]bool
	polite map[string]bool // parts of the order's own sentence, which may end with a question mark
}

// flagText reads the messages of a request, and returns nil where they are too long.
func (r *Run) flagText(t *tool, args map[string]any, a ask.Ask) *flagText {
	messages := slices.Clone(a.Messages)
	order := strings.ToLower(strings.TrimRight(a.Text, " .!?।"))
	if a.Joined != "" && len(messages) > 0 {
		messages[0] = a.Joined + "."
	}
	g := &flagText{tool: t, names: map[rune]bool{}, polite: map[string]bool{}}
	for i, m := range messages {
		if len(m) > maxFlagged || strings.ContainsFunc(m, marked) {
			return nil
		}
		m = strings.ToLower(strings.TrimSpace(m))
		parts := r.flagParts(m, args)
		if at := strings.Index(m, order); i == 0 && at > 0 && order != "" {
			if cut := r.flagParts(m[at:], args); len(marksIn(cut)) == len(marksIn(parts)) {
				parts = cut // "Log 2 hours on K-1 and close K-2"
			}
		}
		g.parts = append(g.parts, parts...)
	}
	g.names = marksIn(g.parts)
	for _, p := range g.parts { // from the order to the end of its sentence
		g.polite[p.text] = true
		if strings.ContainsRune(".!?।\n", p.sign) {
			break
		}
	}
	return g
}

func marked(c rune) bool { return c == ownMark || named(c) }

func named(c rune) bool { return c >= ownName && c < ownName+maxNames }

// marksIn returns the marks of names in parts.
func marksIn(parts []flagPart) map[rune]bool {
	out := map[rune]bool{}
	for _, p := range parts {
		for _, c := range p.text {
			if named(c) {
				out[c] = true
			}
		}
	}
	return out
}

// said returns what the parts say of a flag as this order's: nothing where they say more than one thing, or leave it open.
func (g *flagText) said(f *words.Flag) words.Says {
	if g == nil || f == nil {
		return words.Unclear
	}
	says, begin := words.Unclear, 0
	for i, p := range g.parts { // what puts it right is what counts: "with breakfast. Actually without breakfast."
		if i > 0 && rights.MatchString(p.text) && len(f.Mentions(p.text)) > 0 {
			begin = i
		}
	}
	for i, p := range g.parts[begin:] {
		i += begin
		list := f.Mentions(p.text)
		if len(list) == 0 {
			if f.Names(p.text) {
				return words.Unclear
			}
			continue
		}
		for _, m := range list {
			if m.Says == words.Unclear || says != words.Unclear && m.Says != says {
				return words.Unclear
			}
			says = m.Says
		}
		if !g.ours(i, strings.TrimSpace(p.text[:list[0].At]), strings.TrimSpace(p.text[list[len(list)-1].End:])) || !g.stands(i) {
			return words.Unclear
		}
	}
	return says
}

// contrary reports whether the parts may say that a flag is to be otherwise: a part that says it clearly and has no
// value of another thing.
func (g *flagText) contrary(f *words.Flag, flag bool) bool {
	if g == nil || f == nil {
		return false
	}
	other := words.Wanted
	if flag {
		other = words.Unwanted
	}
	for _, p := range g.parts {
		for _, m := range f.Mentions(p.text) {
			if m.Says == other && (p.sign != '?' || g.polite[p.text]) && !foreign.MatchString(around(p.text, m)) {
				return true
			}
		}
	}
	return false
}

// around is what a part says between the joints around a mention: "put breakfast on B-1 and take it off B-2".
func around(part string, m words.Mention) string {
	from, to := 0, len(part)
	for _, at := range inner.FindAllStringIndex(part, -1) {
		if at[1] <= m.At+1 {
			from = at[1]
		} else if at[0] >= m.End-1 {
			to = min(to, at[0]+1)
		}
	}
	return part[min(from, to):to]
}

// flagParts parts a text at its signs, with marks for the call's values.
func (r *Run) flagParts(low string, args map[string]any) (parts []flagPart) {
	names := 0
	for _, name := range sortedKeys(args) {
		leaves(args[name], func(v any) {
			s := strings.ToLower(fmt.Sprint(v))
			if _, flag := v.(bool); flag || v == nil || len(s) == 0 {
				return
			}
			mark := string(ownMark)
			if _, text := v.(string); text && !label.Moment(fmt.Sprint(v)) {
				mark = string(ownName + rune(names%maxNames))
				names++
			}
			low = markWhole(low, s, mark)
		})
	}
	from := 0
	runes := []rune(low)
	for i, c := range runes {
		if strings.ContainsRune(".,;:!?।\n\"“”«»()", c) && (i+1 == len(runes) || c == '\n' || !unicode.IsLetter(runes[i+1]) && !unicode.IsDigit(runes[i+1]) && !marked(runes[i+1])) && !ordinal(runes, i) {
			parts = append(parts, flagPart{strings.TrimSpace(string(runes[from:i])), c})
			from = i + 1
		}
	}
	if rest := strings.TrimSpace(string(runes[from:])); rest != "" {
		parts = append(parts, flagPart{rest, '.'})
	}
	for i := range parts {
		parts[i].text = r.markOther(parts[i].text, args)
	}
	return parts
}

// ordinal reports whether a point is that of a day: "9. Dezember".
func ordinal(runes []rune, i int) bool {
	return runes[i] == '.' && i > 0 && (unicode.IsDigit(runes[i-1]) || runes[i-1] == ownMark) && germanMonth.MatchString(string(runes[i+1:min(len(runes), i+12)]))
}

var germanMonth = regexp.MustCompile(`^ ?(?:januar|jänner|februar|märz|april|mai|juni|juli|august|september|oktober|november|dezember)`)

// markOther marks what a part says of the call's values in other words: "until 30 June 2027", "three nights".
func (r *Run) markOther(part string, args map[string]any) string {
	for _, name := range sortedKeys(args) {
		switch v := args[name].(type) {
		case string:
			if label.Moment(v) && r.phrase(part).Holds(v) {
				part = plainNumber.ReplaceAllString(part, "${1}"+string(ownMark)+"${2}")
			}
		case json.Number:
			for _, n := range words.Parse(part).Numbers(words.Any) {
				if f, err := v.Float64(); err == nil && n.Value == words.Micro(math.Round(f*float64(words.One))) {
					part = part[:n.At] + string(ownMark) + part[n.End:]
					break
				}
			}
		}
	}
	return part
}

// plainNumber is a number of no more than digits.
var plainNumber = regexp.MustCompile(`(^|[ \x01\x{E000}-\x{E03F}])\d+(?:st|nd|rd|th|er|[:.]\d\d| ?h(?:\d\d)?)?\.?([ \x01\x{E000}-\x{E03F}]|$)`)

// markWhole puts a mark in place of a value that stands as a word of its own.
func markWhole(text, value, mark string) string {
	var b strings.Builder
	for from := 0; ; {
		i := strings.Index(text[from:], value)
		if i < 0 {
			b.WriteString(text[from:])
			return b.String()
		}
		i += from
		end := i + len(value)
		b.WriteString(text[from:i])
		if joined(text[:i], true) || joined(text[end:], false) {
			b.WriteString(value)
		} else {
			b.WriteString(mark)
		}
		from = end
	}
}

// joined reports whether a text goes on beside a value without a break. Thai has none.
func joined(text string, before bool) bool {
	side := utf8.DecodeRuneInString
	if before {
		side = utf8.DecodeLastRuneInString
	}
	if c, _ := side(text); unicode.Is(unicode.Thai, c) {
		return false
	}
	if before {
		return beforeWord.MatchString(text)
	}
	return behindWord.MatchString(text)
}

var (
	beforeWord = regexp.MustCompile(`[\p{L}\p{M}\d_@/]$|[\p{L}\d][-.,]$`)
	behindWord = regexp.MustCompile(`^[\p{L}\p{M}\d_@/]|^[-.,][\p{L}\d]`)
	// foreign is a value that is none of the call's.
	foreign = regexp.MustCompile(`\d`)
	// inner joins two things inside of a part, joint begins a part.
	inner = regexp.MustCompile(`.(?: (?:and|or|but|then|und|oder|aber|dann|et|ou|mais|puis|e|ed|ma|poi|y|u|pero|luego|mas|depois|और|या|लेकिन|फिर) |และ|แล้ว|หรือ|แต่)`)
	joint = regexp.MustCompile(`^(?:and|then|also|und|dann|et|puis|e|ed|poi|y|luego|depois|और|फिर|และ|แล้ว)(?: |$)`)
	// unsure makes a part no plain statement: a question, a condition, somebody else's words.
	unsure = regexp.MustCompile(`(?:^| )(?:if|unless|except|said|says|say|wants?|wanted|asks?|asked|told|not|never|don't|wenn|falls|außer|sagt|sagte|nicht|si|sauf|dit|ne|pas|se|dice|non|excepto|salvo|não|disse|diz|अगर|यदि|नहीं|कहा|ถ้า|ไม่|บอก)(?: |$)|(?:ถ้า|ไม่|บอก)`)
	// takenBack are words behind a flag that put it right, or say of what it is.
	takenBack = regexp.MustCompile(`(?:^| )(?:no|not|wait|actually|sorry|rather|or|but|only|just|mistake|instead|except|unless|if|with|without|that|this|nein|nicht|doch|oder|aber|lieber|nur|moment|mit|ohne|wenn|falls|non|pas|ou|mais|plutôt|seulement|avec|sans|si|pardon|attends|ma|anzi|solo|con|senza|se|scusa|aspetta|o|pero|sólo|sin|perdón|espera|mejor|não|mas|só|com|sem|desculpe|aliás|या|लेकिन|नहीं|रुको|बल्कि|केवल|सिर्फ|माफ़|अगर)(?: |$)|(?:หรือ|แต่|ไม่|เฉพาะ|ขอโทษ|ถ้า|เดี๋ยว)`)
	// openChoice joins what is left open, eitherWay is with or without.
	openChoice = regexp.MustCompile(`(?:^| )(?:or|oder|ou|o|या|หรือ)(?: |$)|หรือ`)
	eitherWay  = regexp.MustCompile(`(?:^| )(?:with|without|mit|ohne|avec|sans|con|senza|sin|com|sem)(?: |$)`)
)

// ours reports whether a flag that a part says is the call's: what stands behind it in the part, and before it, back
// to all that the call names, has values of the call and none of another.
func (g *flagText) ours(i int, before, behind string) bool {
	if at := inner.FindStringIndex("- " + behind + " "); at != nil {
		behind = behind[:max(0, min(at[0]-1, len(behind)))]
	}
	if g.tool.onlyFlags(before) || i > 0 && rights.MatchString(before) && len(strings.Fields(before)) < 4 { // "with insurance and express"
		before = ""
	}
	order := g.polite[g.parts[i].text]
	found := marksIn([]flagPart{{text: behind}})
	if foreign.MatchString(behind) || unsure.MatchString(behind) || len(found) == 0 && !fillers.MatchString(behind) {
		return false
	}
	numbers := 0
	if strings.ContainsRune(behind, ownMark) {
		numbers++
	}
	whole := func() bool { return len(found) == len(g.names) && (len(found) > 0 || numbers == 1) }
	for first := true; ; first = false {
		text := before
		if !first {
			if i--; i < 0 {
				return false
			}
			text = g.parts[i].text
			if strings.ContainsRune("?\"“”«»():", g.parts[i].sign) && !g.polite[text] && !(g.parts[i].sign == ':' && strings.ContainsFunc(text, named)) {
				return false
			}
		}
		switch {
		case first && text == "", !first && (words.Courteous(text) || g.tool.onlyFlags(text)):
		case foreign.MatchString(text), unsure.MatchString(text), inner.MatchString(text):
			return false
		case first && !strings.ContainsFunc(text, marked):
			if len(strings.Fields(text)) > 2 && !(order && len(found) == len(g.names)) || len(found) == 0 {
				return false
			}
		case first && len(strings.Fields(text[strings.LastIndexFunc(text, marked)+1:])) > 2:
			return false
		case !strings.ContainsFunc(text, marked):
			return false
		}
		for c := range marksIn([]flagPart{{text: text}}) {
			found[c] = true
		}
		if strings.ContainsRune(text, ownMark) {
			numbers++
		}
		if whole() {
			return true
		}
		if joint.MatchString(text) && !first {
			return false
		}
	}
}

// fillers are words behind a flag that say no more of it.
var fillers = regexp.MustCompile(`^(?:(?:-(?:le|la|les|lo|o|a|os|as)|needed|required|necessary|it|them|too|also|as well|for (?:it|them|him|her|me|us)|everything|es|sie|auch|dazu|aussi|le|la|les|anche|también|também|भी|करो|कीजिए|कीजिये|कर दो|कर दीजिए|दो|दीजिए|ด้วย|ให้ด้วย|นะ|please|pls|bitte|merci|grazie|gracias|obrigad[oa]|per favore|por favor|कृपया|ครับ|ค่ะ|คะ|हो|होगा|होना चाहिए|रखिए|रखो|जोड़ दीजिए|जोड़ दो)[ ,.!]*)*$`)

// stands reports whether nothing behind a part that says a flag asks, takes it back or says of what else it is.
func (g *flagText) stands(i int) bool {
	if strings.ContainsRune("?\"“”«»():", g.parts[i].sign) && !(g.parts[i].sign == '?' && g.polite[g.parts[i].text]) {
		return false
	}
	for k := i + 1; k < len(g.parts); k++ {
		text := g.parts[k].text
		if words.Courteous(text) || g.tool.onlyFlags(text) {
			continue
		}
		if takenBack.MatchString(text) || strings.ContainsFunc(text, named) || strings.ContainsRune(",;", g.parts[k-1].sign) && foreign.MatchString(text) && !joint.MatchString(text) {
			return false
		}
	}
	return true
}

// onlyFlags reports whether a part says nothing but flags of the tool's.
func (t *tool) onlyFlags(part string) bool {
	for name, p := range t.props {
		if p.Type != "boolean" {
			continue
		}
		if f := t.flag(name); f != nil {
			for _, m := range f.Mentions(part) {
				if m.Says != words.Unclear && m.At == 0 && fillers.MatchString(strings.TrimSpace(part[m.End:])) {
					return true
				}
			}
		}
	}
	return yesNo.MatchString(part)
}

// yesNo are answers of one word.
var yesNo = regexp.MustCompile(`^(?:yes|yeah|yep|ok|okay|no|nope|ja|jo|nein|nee|oui|non|si|sì|sí|sim|não|no|हाँ|हां|जी|जी हाँ|नहीं|ใช่|ครับ|ค่ะ|ไม่)$`)

// flagOther reports whether a clause that says a flag says it of another thing, or the messages leave it open or say its contrary.
func (r *Run) flagOther(f *words.Flag, flag bool, text string, args map[string]any, g *flagText, messages []string) bool {
	if f == nil {
		return false
	}
	if slices.ContainsFunc(messages, func(m string) bool { return leftOpen(f, strings.ToLower(m)) }) || g.contrary(f, flag) {
		return true
	}
	if len(text) > maxFlagged || strings.ContainsFunc(text, marked) {
		return false
	}
	parts := r.flagParts(strings.ToLower(text), args)
	for i, p := range parts {
		if !f.Names(p.text) {
			continue
		}
		list := f.Mentions(p.text)
		if len(list) != 1 || list[0].Says == words.Unclear || strings.TrimSpace(p.text[list[0].End:]) != "" {
			if foreign.MatchString(p.text) { // "K-2 without insurance and K-3 for two days"
				return true
			}
			continue
		}
		before := strings.TrimSpace(p.text[:list[0].At])
		if before == "" && i > 0 {
			before = parts[i-1].text
		}
		if last := strings.LastIndexFunc(before, named); last >= 0 && !inner.MatchString(before[last:]) {
			continue
		}
		if foreign.MatchString(before) {
			return true
		}
	}
	return false
}

// leftOpen reports whether a message leaves a flag open: "with breakfast or without".
func leftOpen(f *words.Flag, low string) bool {
	for part := range strings.FieldsFuncSeq(low, func(c rune) bool { return strings.ContainsRune(".,;:!?।\n", c) }) {
		if f.Names(part) && openChoice.MatchString(part) && eitherWay.MatchString(part) {
			return true
		}
	}
	return false
}

// meant is what a text must say for a flag to be so.
func meant(flag bool) words.Says {
	if flag {
		return words.Wanted
	}
	return words.Unwanted
}
