package policies

import (
	"regexp"
	"strings"

	"github.com/chaski-dev/chaski/policies/ask"
	"github.com/chaski-dev/chaski/policies/label"
	words "github.com/chaski-dev/chaski/policies/spoken"
)

// A share of a number is another number: "two thirds of the 900" are 600.

// sharedOut finds a share and, as a group, the figures of which it is one.
var sharedOut = func() []*regexp.Regexp {
	const figures = `[€$£₹฿]? ?(\d[\d.,']*)`
	const share = `(?:half|halve|thirds?|quarters?|fourths?|fifths?|sixths?|sevenths?|eighths?|ninths?|tenths?|part|share|most|some|rest|remainder|percent|per cent|\d+ ?%|\d+/\d+` +
		`|hälfte|halbe[nr]?|drittel|viertel|fünftel|sechstel|achtel|zehntel|teil|anteil|prozent|moitié|demi|tiers|quarts?|cinquièmes?|sixièmes?|dixièmes?|partie|part|reste|pour cent` +
		`|metà|mezzo|terz[oi]|quart[oi]|quint[oi]|sest[oi]|decim[oi]|parte|resto|per cento|mitad|tercios?|cuartos?|quintos?|sextos?|décimos?|por ciento|porcentaje` +
		`|metade|terços?|quartos?|quintos?|por cento)`
	const of = `(?:out of|of|von|aus|vom|der|des|du|de|d'|d’|sur|su|di|dei|del|delle|degli|da|das|do|dos|sobre)`
	const between = `(?:(?:the|those|these|that|my|our|his|her|their|a|total|sum|amount|full|whole|original|den|dem|des|der|die|das|insgesamt|gesamten|les|le|la|los|las|el|i|gli|il|lo|os|o|as|of|de|di|von|somme|suma|somma|soma|summe|montant|importe|importo|valor) )*`
	return []*regexp.Regexp{
		regexp.MustCompile(`(?i)(?:^|[^\pL\d])` + share + ` ` + of + ` ?` + between + figures),
		regexp.MustCompile(figures + ` (?:\pL[\pL\pM]* )?(?:का|के|की|में से) (?:\S+ ){0,2}?(?:आधा|आधे|आधी|\S*तिहाई|\S*चौथाई|हिस्सा|प्रतिशत|फीसदी|\d+ ?%)`),
		regexp.MustCompile(`(?:ครึ่งหนึ่ง|ครึ่ง|ส่วนหนึ่ง|บางส่วน|หนึ่งในสาม|สองในสาม|หนึ่งในสี่|สามในสี่|เปอร์เซ็นต์|%|\d+ ?ใน ?\d+) ?ของ(?:ยอด|เงิน|จำนวน)? ?` + figures),
	}
}()

// partOf reports whether the words name a number only as that of which they name a share.
func partOf(v ask.Value, text string) bool {
	found, left := false, text
	for _, form := range sharedOut {
		for _, at := range form.FindAllStringSubmatchIndex(text, -1) {
			if v.Said(text[at[2]:at[3]]) {
				found = true
				left = left[:at[2]] + strings.Repeat("|", at[3]-at[2]) + left[at[3]:]
			}
		}
	}
	return found && !v.Said(left) || partInWords(v, text) || !v.Digits && partOfWhole(v, text)
}

// lessened finds what is taken off an amount: "minus 10".
var lessened = regexp.MustCompile(`(?i)^(?:minus|less|moins|meno|menos|weniger|abzüglich)\b.*\d`)

// partOfWhole reports whether the words name a number only as that of which they name a part: "10 of the
// 45".
func partOfWhole(v ask.Value, text string) bool {
	low := strings.ToLower(text)
	found, left := false, low
	for _, n := range words.Parse(low).Wholes(low) {
		if v.Said(low[n.At:n.End]) {
			found = true
			left = left[:n.At] + strings.Repeat("|", n.End-n.At) + left[n.End:]
		}
	}
	return found && !v.Said(left)
}

// partInWords is partOf for a number in words: "half of the nine hundred".
func partInWords(v ask.Value, text string) bool {
	low := strings.ToLower(text)
	said := words.Parse(low)
	for _, s := range said.Shares() {
		if s.Part >= words.One || s.End > len(low) {
			continue
		}
		for _, n := range said.Numbers(said.Lang()) {
			if n.At > s.End && n.At-s.End < 16 && v.Said(low[n.At:n.End]) && ofNumber.MatchString(low[s.End:n.At]) && !v.Said(low[:s.At]+low[n.End:]) {
				return true
			}
		}
	}
	return false
}

// ofNumber stands between a share and the number of which it is one.
var ofNumber = regexp.MustCompile(`^ (?:of|von|der|des|de|di|dei|dos|del|do|da)(?: (?:the|los|les|le|la|den|dem))? $`)

// onlyFirst finds the words by which a clause says that the one is meant that comes first of all, or last.
var onlyFirst, onlyLast = regexp.MustCompile(`(?i)\b(?:that|which|who)\b[^,.;:!?]{1,40}\b(?:first|soonest|earliest)\b` +
	`|\b(?:der|die|das|welche[rs]?)\b[^,.;:!?]{1,40}\b(?:zuerst|als erste[rs]?|am (?:frühesten|ehesten|schnellsten|nächsten))` +
	`|\bqui\b[^,.;:!?]{1,40}(?:en premier|le plus tôt|d'abord|en premières?)` +
	`|\bque\b[^,.;:!?]{1,40}\b(?:primero|primeiro|primer|antes)\b|\bche\b[^,.;:!?]{1,40}\b(?:per prim[oai]|prima)\b` +
	`|(?:जो|जिसकी|जिसका|जिसके)[^,.;।!?]{1,60}सबसे पहले|ที่[^,.;!?]{1,60}?(?:ก่อน|เร็วที่สุด|แรกสุด|เร็วสุด)`),
	regexp.MustCompile(`(?i)\b(?:that|which|who)\b[^,.;:!?]{1,40}\b(?:last|latest)\b` +
		`|\b(?:der|die|das|welche[rs]?)\b[^,.;:!?]{1,40}\b(?:zuletzt|als letzte[rs]?|am spätesten)` +
		`|\bqui\b[^,.;:!?]{1,40}(?:en dernier|le plus tard)|\bque\b[^,.;:!?]{1,40}\b(?:por último|de último|más tarde|mais tarde)` +
		`|\bche\b[^,.;:!?]{1,40}\b(?:per ultim[oai]|più tardi)\b` +
		`|(?:जो|जिसकी|जिसका|जिसके)[^,.;।!?]{1,60}(?:सबसे आखिर|सबसे आख़िर|सबसे बाद)|ที่[^,.;!?]{1,60}?(?:ท้ายสุด|ช้าที่สุด|หลังสุด)`)

// misplaced reports whether the words pick what comes first or last, and the value's row does not, by each of
// its days, or cannot be told to. Rows are left out that differ in what the words say of the value's own.
func (r *Run) misplaced(text string, mine, others []label.Row) bool {
	first, last := onlyFirst.MatchString(text), onlyLast.MatchString(text)
	if !first && !last {
		return false
	}
	others = r.alike(text, mine, others)
	for _, row := range mine {
		days := 0
		for _, m := range row.Members {
			if m.Moment == "" || m.Amount {
				continue
			}
			days++
			for _, o := range others {
				if p, ok := o.Member(m.Name); ok && p.Moment != "" && (first && p.Moment < m.Moment || last && p.Moment > m.Moment) {
					return true
				}
			}
		}
		if days == 0 {
			return true
		}
	}
	return false
}

// alike returns those of other rows that do not differ from the value's in a member that the words say.
func (r *Run) alike(text string, mine, others []label.Row) []label.Row {
	var out []label.Row
	p := r.phrase(text)
	for _, o := range others {
		differs := false
		for _, row := range mine {
			for _, m := range row.Members {
				if x, ok := o.Member(m.Name); ok && m.Text != "" && x.Text != m.Text && !m.Amount && m.Day == "" && p.Holds(m.Text) && !p.Holds(x.Text) {
					differs = true
				}
			}
		}
		if !differs {
			out = append(out, o)
		}
	}
	return out
}
