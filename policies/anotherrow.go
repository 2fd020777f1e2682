package policies

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/chaski-dev/chaski/policies/ask"
	"github.com/chaski-dev/chaski/policies/label"
	words "github.com/chaski-dev/chaski/policies/spoken"
)

// severally finds words for more than one thing, or for one by its place among others.
var severally = regexp.MustCompile(`(?i)\b(?:all|every|everything|each|both|any|first|second|third|last|next|latest|oldest|newest|rest|others?|alle[sn]?|beide[ns]?|jede[nrs]?|erste[nrs]?|zweite[nrs]?|dritte[nrs]?|letzte[nrs]?|nächste[nrs]?|übrigen|anderen?|tous|toutes|tout|chaque|les deux|premi(?:er|ère)s?|deuxième|second[eao]?|troisième|derni(?:er|ère)s?|prochaine?|autres?|tutt[ieoa]|entramb[ie]|ogni|prim[oaie]|terz[oa]|ultim[oaie]|prossim[oa]|altr[oaie]|tod[oa]s?|ambos|ambas|cada|primer[oa]?s?|segund[oa]|tercer[oa]?|últim[oa]s?|próxim[oa]|otr[oa]s?|primeir[oa]s?|terceir[oa]|outr[oa]s?)\b|(?:^|[^\p{L}\p{M}])(?:सभी|सब|दोनों|हर|पहल[ीाे]|दूसर[ीाे]|आख़?िरी|अगल[ीाे])(?:$|[^\p{L}\p{M}])|ทั้งหมด|ทุก(?:[^ค]|ค[^น]|$)|ทั้งสอง|ทั้งคู่|แรก|สอง|สุดท้าย|ถัดไป|อื่น`)

// anotherSaid reports whether what the user says is true of another row of a list, and not of the one that holds the
// value: the part of a sentence that asks says so first, then the sentence, then all that was said. Where nothing
// tells one from the other it is not for these words to say. A thing that a call of the run was about, or that the
// assistant named last, needs no saying again.
func (r *Run) anotherSaid(a ask.Ask, v ask.Value, t *tool, mine, others []label.Row) bool {
	all := r.said.Written()
	if a.Many && !single.MatchString(a.Text) || severally.MatchString(a.Sentence) || r.met(v.Text) {
		return false
	}
	for _, text := range []string{a.Sentence, all} {
		if ask.Superlative(text) || lasting.MatchString(text) || ask.Compared(text).Kind != 0 || slices.ContainsFunc(extremes, func(c extreme) bool { return c.said.MatchString(text) }) {
			return false
		}
	}
	return slices.ContainsFunc(others, func(o label.Row) bool {
		for _, text := range []string{a.Text, a.Sentence, all} {
			other := slices.ContainsFunc(mine, func(row label.Row) bool { return r.tells(text, t, o, row) })
			if slices.ContainsFunc(mine, func(row label.Row) bool { return r.tells(text, t, row, o) }) {
				return false
			} else if other {
				return true
			}
		}
		return false
	})
}

// single points to one of several: "Retrouvez les réservations et annulez celle du lac".
var single = regexp.MustCompile(`(?i)\b(?:the|that) one\b|\bcel(?:le|ui)\b|\bquell[ao]\b|\b(?:la|el) del?\b|\b[ao] d[aoe]\b|\bd(?:en|ie|as) (?:vom|am|für|mit)\b|वाल[ीा]|อันที่`)

// met reports whether a call that was let through had a value, or the assistant said it last.
func (r *Run) met(value string) bool {
	return strings.Contains(r.agreed, value) || strings.Contains(r.offer, value) || slices.ContainsFunc(r.history, func(d done) bool {
		found := false
		leaves(d.args, func(v any) { found = found || fmt.Sprint(v) == value })
		return found
	})
}

// tells reports whether a text says of a row what another row has not.
func (r *Run) tells(text string, t *tool, row, other label.Row) bool {
	p, low := r.phrase(text), strings.ToLower(text)
	for _, m := range row.Members {
		o, ok := other.Member(m.Name)
		if ok && o.Text == m.Text {
			continue
		}
		switch {
		case m.Moment != "":
			day, at := label.MomentOf(m.Text)
			otherDay, otherAt := label.MomentOf(o.Text)
			if len(day) == len(otherDay) && len(day) == 10 && day[:7] != otherDay[:7] && slices.ContainsFunc(plainWords(low), func(w string) bool { return fmt.Sprintf("%02d", words.Month(w)) == day[5:7] }) {
				return true
			}
			if day != "" && day != otherDay && (p.Holds(day) || saysNth(p, low, day) && !saysNth(p, low, otherDay) || p.Weekday(day) || r.dates(text, m.Name, day, nil, t)) || at != "" && at != otherAt && p.Holds(at) {
				return true
			}
		case m.Amount:
			if p.Holds(m.Text) {
				return true
			}
		default:
			has := plainWords(o.Text)
			if slices.ContainsFunc(plainWords(m.Text), func(w string) bool {
				return !slices.Contains(has, w) && begins(low, w) && !ask.OtherSide(text, w, m.Name)
			}) || r.saysMember(m.Text, text) && !r.saysMember(o.Text, text) {
				return true
			}
			if ask.SaysEveryday(m.Text, o.Text, text) || slices.ContainsFunc(ask.Alike(m.Text), func(w string) bool { return begins(low, w) }) {
				return true
			}
		}
	}
	return false
}

// saysNth reports whether a text says the number of a day, in digits, and no month: "the one on the 13th".
func saysNth(p *label.Phrase, low, day string) bool {
	at, err := time.Parse(time.DateOnly, day)
	return err == nil && strings.Contains(low, strconv.Itoa(at.Day())) && p.Nth(at.Day()) && !slices.ContainsFunc(plainWords(low), func(w string) bool { return words.Month(w) > 0 })
}

// plainWords are the words of a text.
func plainWords(text string) []string {
	return strings.FieldsFunc(text, func(c rune) bool { return !wordy(c) })
}

func wordy(c rune) bool { return unicode.IsLetter(c) || unicode.IsDigit(c) || unicode.IsMark(c) }

// begins reports whether a word of a text begins like another, but for the ending; one of three letters is all of it.
// Scripts that set no words apart have it anywhere.
func begins(text, word string) bool {
	n := []rune(word)
	if len(n) < 3 {
		return false
	}
	head := string(n[:max(min(4, len(n)), len(n)-2)])
	for at := 0; ; {
		i := strings.Index(text[at:], head)
		if i < 0 {
			return false
		}
		i += at
		before, _ := utf8.DecodeLastRuneInString(text[:i])
		after, _ := utf8.DecodeRuneInString(text[i+len(head):])
		if apart := unicode.Is(unicode.Latin, n[0]); !apart || (i == 0 || !wordy(before)) && (len(n) > 3 || i+len(head) == len(text) || !wordy(after)) {
			return len(n) > 3 || !articles[word]
		}
		at = i + len(head)
	}
}

// articles are words of three letters that names begin with and that tell nothing.
var articles = map[string]bool{"the": true, "and": true, "der": true, "die": true, "das": true, "den": true, "dem": true, "ein": true, "und": true, "les": true, "des": true, "une": true, "una": true, "los": true, "las": true, "del": true, "uma": true, "dos": true, "gli": true, "per": true, "por": true, "con": true, "com": true, "für": true, "von": true, "for": true, "not": true, "yes": true}

// saysMember reports whether a text says a member of a list of any tool.
func (r *Run) saysMember(member, text string) bool {
	return slices.ContainsFunc(r.bundle.lists[strings.ToLower(member)], func(l listOf) bool { return l.tool.saysMember(l.name, l.member, text) })
}

// listOf is an argument of a tool that has a member.
type listOf struct {
	tool         *tool
	name, member string
}

// listMembers notes which arguments have which members.
func (b *Bundle) listMembers() {
	b.lists = map[string][]listOf{}
	for _, t := range b.tools {
		for name, p := range t.props {
			for _, e := range p.Enum {
				if s, ok := e.(string); ok {
					b.lists[strings.ToLower(s)] = append(b.lists[strings.ToLower(s)], listOf{t, name, s})
				}
			}
		}
	}
}
