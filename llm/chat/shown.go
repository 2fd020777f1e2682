package chat

import (
	"regexp"
	"strings"
)

// showing are words of people who show a call instead of making it.
var showing = regexp.MustCompile(`(?i)\b(?:examples?|e\.g|for instance|such as|like this|looks? like|would (?:be|look|write|call|send|use)|could (?:be|write|call|send)|syntax|formats?|formatted|sample|templates?|written|quote[ds]?|says?|said|ejemplo|exemple|beispiel|esempio|exemplo)\b|z\. ?B\.`)

// speaking are words of a sentence that speaks of a call to somebody: what one can do or must
// not do, what was done before, what a text holds, what there is.
var speaking = regexp.MustCompile(`(?i)\byou (?:can|could|may|might|should|must|have to|wrote|sent|typed|gave)\b|\bif you\b|\byourself\b` +
	`|\bI(?:'ve| have)?(?: just| already)? (?:called|sent|ran|invoked|executed|tried)\b|\b(?:last|previous|earlier) (?:call|request)\b|^\W*(?:earlier|previously)\b` +
	`|\b(?:do not|don't|never|must not|mustn't|should not|shouldn't|avoid)\s+(?:(?:ever|just)\s+)?(?:send(?:ing)?|run(?:ning)?|call(?:ing)?|us(?:e|ing)|do(?:ing)?|writ(?:e|ing)|execut(?:e|ing)|typ(?:e|ing))(?:\s+\w+){0,2}\W*$` +
	`|\b(?:shows?|holds?|contains?|reads)\W*$|\b(?:manual|documentation|docs)\b|\bin (?:python|javascript|typescript|java|bash|curl)\W*$` +
	`|\b(?:my|available) (?:tools|functions|commands)\b|\b(?:tools|functions|commands) (?:are|available|I have)\b|\bcan (?:call|use|run) (?:these|the following|any of|one of)\b` +
	`|\b(?:json|code|snippet|call|request|command) you\b|^\W*your (?:\w+ )?(?:config\w*|file|json|code|settings?)\W*$|^\W*(?:try|use this|try this)\W*$` +
	`|^\W*usage\b|^\W*(?:the )?(?:request|signature)\W*$`)

// lastItem is the item of a list at the end of a text.
var lastItem = regexp.MustCompile(`\n[ \t]*(?:[-*•]|\d{1,2}[.)])[ \t][^\n]*$`)

// sentences are parted by the end of one or by a line that ends.
var sentences = regexp.MustCompile(`[.!?;]\s+|\n`)

// inside says that the call stands in the body of a definition or a loop, or in a quotation
// that a mark before its line makes.
var inside = regexp.MustCompile(`(?m)(?:^[ \t]*(?:async |export )?(?:def|class|if|elif|for|while|with|function)\b[^\n]*[:{]|^[ \t]*(?:try|else):)\n(?:[ \t]+[^\n]*\n)*[ \t]+$|(?:^|\n)[ \t]*>[ \t]?(?:` + "`" + `{1,3}[a-z]*)?[ \t]*$`)

// shown says that a call is shown, not made: the words before it say so, or it stands in
// what others wrote. before ends where the call begins; raw is as it stands.
func (p *Parser) shown(before, raw string) bool {
	if inside.MatchString(before + raw[:len(raw)-len(strings.TrimLeft(raw, " \t"))]) {
		return true
	}
	text := strings.TrimRight(before, " \t\r\n`-*•")
	for lastItem.MatchString(text) { // what introduces a list speaks of each of its items
		text = lastItem.ReplaceAllString(text, "")
	}
	if said := sentences.Split(strings.TrimRight(text, ".!?;"), -1); speaking.MatchString(said[len(said)-1]) {
		return true
	}
	if len(text) > 240 {
		text = text[len(text)-240:]
	}
	if at := strings.LastIndex(text, "\n\n"); at >= 0 {
		text = text[at:]
	}
	if showing.MatchString(text) {
		return true
	}
	parts := append(strings.FieldsFunc(raw, func(c rune) bool { return c == '\n' || c == ';' }), raw)
	for _, q := range p.o.Quoted {
		q = squeezed(q)
		for _, part := range parts { // one of several calls is enough
			if part = squeezed(part); len(part) > 8 && strings.ContainsAny(part, ":=(>") && strings.Contains(q, part) {
				return true
			}
		}
	}
	return false
}

var fence = regexp.MustCompile("^[ \t\r\n]*```[A-Za-z_]*")

// squeezed is a call without what quoting adds: white space, backslashes, marks around it.
func squeezed(s string) string {
	s = fence.ReplaceAllString(s, "")
	s = strings.Trim(s, " \t\r\n`;,\"“”")
	return strings.NewReplacer(" ", "", "\t", "", "\r", "", "\n", "", "\\", "").Replace(s)
}
