package policies

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode"

	"github.com/chaski-dev/chaski/policies/label"
	words "github.com/chaski-dev/chaski/policies/spoken"
)

// A flag is often said beside the order: ", no paper copy", "Sin seguro.". It is this order's only if
// what stands before it, back to what the call is about, is this order's too, and nothing behind it
// takes it back. Whatever else is said of its thing leaves it to a person.

// ownMark stands for a value of the call in what the user said, ownName for one that is no number.
const ownMark, ownName = "\x01", "\x02"

// flagPart is what stands between two signs, and the sign behind it.
type flagPart struct {
	text string
	sign rune
}

// flagSaid reports whether the messages of a request say a flag beside its verb, and nothing else of it.
func (r *Run) flagSaid(f *words.Flag, want bool, args map[string]any, a asked) bool {
	if f == nil {
		return false
	}
	said := false
	for _, m := range a.ask.Messages {
		if len(m) > maxFlagged || strings.ContainsAny(m, ownMark+ownName) {
			return false
		}
		low := strings.ToLower(strings.TrimSpace(m))
		if !f.Names(low) {
			continue
		}
		parts, names := r.flagParts(low, args)
		for i, p := range parts {
			if !f.Names(p.text) {
				continue
			}
			before, wanted, ok := f.Ends(p.text)
			if !ok || said || wanted != want || !flagOurs(parts, i, before, names) || !flagStands(parts, i) {
				return false
			}
			said = true
		}
	}
	return said
}

// maxFlagged bounds the messages that are read for flags.
const maxFlagged = 4096

// flagOther reports whether a clause that says a flag says it of another thing, or leaves it open.
func (r *Run) flagOther(f *words.Flag, text string, args map[string]any, messages []string) bool {
	if f != nil && slices.ContainsFunc(messages, func(m string) bool { return leftOpen(f, strings.ToLower(m)) }) {
		return true
	}
	if f == nil || len(text) > maxFlagged || strings.ContainsAny(text, ownMark+ownName) {
		return false
	}
	parts, _ := r.flagParts(strings.ToLower(text), args)
	for i, p := range parts {
		if !f.Names(p.text) {
			continue
		}
		before, _, ok := f.Ends(p.text)
		if !ok {
			if foreign.MatchString(p.text) { // "K-2 without insurance and K-3 for two days"
				return true
			}
			continue
		}
		if before == "" && i > 0 {
			before = parts[i-1].text
		}
		if strings.Contains(before, ownName) && !inner.MatchString(before[strings.LastIndex(before, ownName):]) {
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

// openChoice joins what is left open, eitherWay is with or without.
var (
	openChoice = regexp.MustCompile(`(?:^| )(?:or|oder|ou|o|या|หรือ)(?: |$)|หรือ`)
	eitherWay  = regexp.MustCompile(`(?:^| )(?:with|without|mit|ohne|avec|sans|con|senza|sin|com|sem)(?: |$)`)
)

// flagParts parts a text at its signs, with marks for the call's values, and counts the values that are no numbers.
func (r *Run) flagParts(low string, args map[string]any) (parts []flagPart, names int) {
	for _, name := range sortedKeys(args) {
		leaves(args[name], func(v any) {
			s := strings.ToLower(fmt.Sprint(v))
			if _, flag := v.(bool); flag || v == nil || len(s) == 0 {
				return
			}
			mark := ownMark
			if _, text := v.(string); text && !label.Moment(fmt.Sprint(v)) {
				mark = ownName
			}
			if marked := markWhole(low, s, mark); marked != low {
				low = marked
				if mark == ownName {
					names++
				}
			}
		})
	}
	from := 0
	runes := []rune(low)
	for i, c := range runes {
		if strings.ContainsRune(".,;:!?।\n\"“”«»()", c) && (i+1 == len(runes) || c == '\n' || !unicode.IsLetter(runes[i+1]) && !unicode.IsDigit(runes[i+1])) {
			parts = append(parts, flagPart{strings.TrimSpace(string(runes[from:i])), c})
			from = i + 1
		}
	}
	if rest := strings.TrimSpace(string(runes[from:])); rest != "" {
		parts = append(parts, flagPart{rest, '.'})
	}
	for i := range parts { // "until 30 June 2027" is a value in other words
		for _, name := range sortedKeys(args) {
			if s, ok := args[name].(string); ok && label.Moment(s) && r.phrase(parts[i].text).Holds(s) {
				parts[i].text = plainNumber.ReplaceAllString(parts[i].text, "${1}"+ownMark+"${2}")
			}
		}
	}
	return parts, names
}

// plainNumber is a number of no more than digits.
var plainNumber = regexp.MustCompile(`(^|[ \x01\x02])\d+(?:st|nd|rd|th)?\.?([ \x01\x02]|$)`)

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

// joined reports whether a text goes on beside a value without a break.
func joined(text string, before bool) bool {
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
)

// flagOurs reports whether what stands before a flag is the call's: back to all that it names, each part
// has a value of the call and none of another.
func flagOurs(parts []flagPart, i int, before string, names int) bool {
	if before != "" { // in one part with a value, no more than its unit between
		last := strings.LastIndexAny(before, ownMark+ownName)
		if last < 0 || len(strings.Fields(before[last+1:])) > 1 || unsure.MatchString(before) {
			return false
		}
	} else {
		i--
	}
	found, numbers := 0, 0
	for ; i >= 0; i-- {
		text := parts[i].text
		if before != "" {
			text, before = before, ""
		}
		if words.Courteous(text) {
			continue
		}
		n := strings.Count(text, ownName)
		if n == 0 && strings.Count(text, ownMark) == 0 || foreign.MatchString(text) || inner.MatchString(text) || unsure.MatchString(text) || strings.ContainsRune("?\"“”«»():", parts[i].sign) {
			return false
		}
		found += n
		if strings.Contains(text, ownMark) {
			numbers++
		}
		if found >= names {
			return found == names && (names > 0 || numbers == 1)
		}
		if joint.MatchString(text) {
			return false
		}
	}
	return false
}

// flagStands reports whether nothing behind a flag asks, takes it back or says of what else it is.
func flagStands(parts []flagPart, i int) bool {
	if strings.ContainsRune("?\"“”«»():", parts[i].sign) {
		return false
	}
	for k := i + 1; k < len(parts); k++ {
		if words.Courteous(parts[k].text) {
			continue
		}
		same := strings.ContainsRune(",;", parts[k-1].sign)
		if same && !joint.MatchString(parts[k].text) || takenBack.MatchString(parts[k].text) || strings.ContainsAny(parts[k].text, ownName) {
			return false
		}
	}
	return true
}
