package policies

import (
	"regexp"
	"slices"
	"strings"

	"github.com/chaski-dev/chaski/policies/label"
)

// "The later one", "die teurere", "la plus courte": a comparison that picks one of several rows, and in which
// direction, can be checked where the rows have a member of its kind.

// extreme is a word for what is most or least of one kind.
type extreme struct {
	said    *regexp.Regexp
	members *regexp.Regexp // nil for days
	most    bool
}

// those of the eight languages: with an article where the word alone may mean something else.
var extremes = []extreme{
	{regexp.MustCompile(`(?i)\bthe (?:later|latest|last) (?:one|of|booking|appointment)|\bd(?:er|ie|as|en|em) (?:spätere|späteste|letzte)[nrs]?\b|\b(?:la|le) (?:dernière|dernier) (?:des|de)\b|\bla plus tardive\b|\b(?:il|la) più tard[oia]\b|\b(?:l'ultim[oa]) (?:dei|delle|di)\b|\b(?:la|el) (?:última|último) de\b|\b(?:a|o) (?:última|último) d[aeo]s?\b|आख़?िरी वाली|बाद वाली|อันหลังสุด|ที่ช้าที่สุด`), nil, true},
	{regexp.MustCompile(`(?i)\bthe (?:earlier|earliest|first) (?:one|of|booking|appointment)|\bd(?:er|ie|as|en|em) (?:frühere|früheste)[nrs]?\b|\b(?:la|le) (?:première|premier) (?:des|de)\b|\b(?:il primo|la prima) (?:dei|delle)\b|\b(?:la primera|el primero) de\b|\b(?:a primeira|o primeiro) d[aeo]s\b|पहली वाली|ที่เร็วที่สุด`), nil, false},
	{regexp.MustCompile(`(?i)\b(?:most recent|newest)\b|\bmy latest\b|\b(?:neueste|jüngste|aktuellste)[nrs]?\b|\bplus récente?s?\b|\bpiù recent[ei]\b|\bmás (?:recientes?|nuev[oa]s?)\b|\bmais (?:recentes?|nov[oa]s?)\b|सबसे (?:नय[ाीे]|हालिया|ताज़[ाीे])|नवीनतम|ล่าสุด|ใหม่(?:กว่า|ที่สุด)`), nil, true},
	{regexp.MustCompile(`(?i)\boldest\b|\bälteste[nrs]?\b|\bplus ancien(?:ne)?s?\b|\bpiù vecchi[oae]?\b|\bmás antigu[oa]s?\b|\bmais antig[oa]s?\b|सबसे पुरान[ाीे]|เก่า(?:กว่า|ที่สุด)`), nil, false},
	{regexp.MustCompile(`(?i)\b(?:more|most) expensive\b|\bthe (?:pricier|dearer|costlier)\b|\bteu(?:rer|erst)en?\b|\bteurere[nrs]?\b|\bplus ch(?:er|ère)s?\b|\bpiù car[oaie]\b|\bmás car[oa]s?\b|\bmais car[oa]s?\b|(?:ज़्यादा|सबसे) महंग[ीाे]|แพง(?:กว่า|ที่สุด)`), price, true},
	{regexp.MustCompile(`(?i)\b(?:cheaper|cheapest)\b|\bbillige?(?:re|rer|ren|ste|sten)\b|\bgünstige?(?:re|ren|ste|sten)\b|\bmoins ch(?:er|ère)s?\b|\bmeno car[oaie]\b|\bpiù economic[oahe]+\b|\bmás (?:barat[oa]s?|económic[oa]s?)\b|\bmais barat[oa]s?\b|(?:सबसे|ज़्यादा) सस्त[ीाे]|ถูก(?:กว่า|ที่สุด)`), price, false},
	{regexp.MustCompile(`(?i)\bthe (?:longer|longest)\b|\bd(?:er|ie|as|en|em) läng(?:ere|ste)[nrs]?\b|\bplus longue?s?\b|\bpiù lung[oahie]+\b|\bmás larg[oa]s?\b|\bmais (?:long[oa]s?|comprid[oa]s?)\b|सबसे लंब[ीाे]|ยาว(?:กว่า|ที่สุด)|นานที่สุด`), length, true},
	{regexp.MustCompile(`(?i)\bthe (?:shorter|shortest)\b|\bd(?:er|ie|as|en|em) kürze(?:re|ste)[nrs]?\b|\bplus courte?s?\b|\bpiù (?:breve|brevi|cort[oaie])\b|\bmás cort[oa]s?\b|\bmais curt[oa]s?\b|सबसे छोट[ीाे]|สั้น(?:กว่า|ที่สุด)`), length, false},
}

var (
	price  = regexp.MustCompile(`price|cost|amount|total|fee|fare|rate|rent`)
	length = regexp.MustCompile(`night|day|duration|length|hour|minute|month|week|km|metre|meter`)
)

// miscompared reports whether the words pick what is most or least of one kind, and another row is more so than each
// that holds the value.
func miscompared(text string, mine, others []label.Row) bool {
	for _, c := range extremes {
		if !c.said.MatchString(text) {
			continue
		}
		further := func(row, than label.Row) (more, known bool) {
			for _, m := range row.Members {
				o, ok := than.Member(m.Name)
				switch {
				case !ok:
				case c.members == nil && m.Moment != "" && o.Moment != "" && !m.Amount:
					return m.Moment != o.Moment && (m.Moment > o.Moment) == c.most, true
				case c.members != nil && m.Amount && o.Amount && c.members.MatchString(strings.ToLower(m.Name)):
					return m.Number != o.Number && (m.Number > o.Number) == c.most, true
				}
			}
			return false, false
		}
		if !slices.ContainsFunc(mine, func(row label.Row) bool {
			return !slices.ContainsFunc(others, func(o label.Row) bool { more, known := further(o, row); return known && more })
		}) {
			return true
		}
	}
	return false
}

// halves of the day, by which one of several is picked: "the morning one", and the hours from and to which they last.
var halves = []struct {
	said     *regexp.Regexp
	from, to string
}{
	{regexp.MustCompile(`(?i)\bmorning (?:one|slot|appointment|session|lesson|booking)|vormittagstermin|\bd(?:en|er|as|ie) (?:am|vom) (?:vormittag|morgen)\b|\bcel(?:le|ui) du matin\b|\bquell[ao] del(?:la)? mattin[oa]\b|\b(?:la|el|lo) de (?:la|por la) mañana\b|\b[ao] da manhã\b|सुबह वाल[ीाे]|(?:อัน|คาบ|รอบ|นัด)(?:ตอน|ช่วง)?เช้า`), "00:00", "12:00"},
	{regexp.MustCompile(`(?i)\bafternoon (?:one|slot|appointment|session|lesson|booking)|nachmittagstermin|\bd(?:en|er|as|ie) (?:am|vom) nachmittag\b|\bcel(?:le|ui) de l['’]après-midi\b|\bquell[ao] del pomeriggio\b|\b(?:la|el|lo) de (?:la|por la) tarde\b|\b[ao] da tarde\b|दोपहर वाल[ीाे]|(?:อัน|คาบ|รอบ|นัด)(?:ตอน|ช่วง)?บ่าย`), "12:00", "19:00"},
	{regexp.MustCompile(`(?i)\bevening (?:one|slot|appointment|session|lesson|booking)|abendtermin|\bd(?:en|er|as|ie) (?:am|vom) abend\b|\bcel(?:le|ui) du soir\b|\bquell[ao] della sera\b|\b(?:la|el|lo) de la noche\b|\b[ao] da noite\b|शाम वाल[ीाे]|(?:อัน|คาบ|รอบ|นัด)(?:ตอน|ช่วง)?เย็น`), "16:30", "24:00"},
}

// otherHalf reports whether the words pick the one of a half of the day, and each row that holds the value is of another
// one where a row that does not is of it.
func otherHalf(text string, mine, others []label.Row) bool {
	for _, h := range halves {
		if !h.said.MatchString(text) {
			continue
		}
		within := func(row label.Row) bool {
			return slices.ContainsFunc(row.Members, func(m label.Member) bool {
				at := rowTime.FindString(m.Text)
				return at != "" && at >= h.from && at < h.to
			})
		}
		if !slices.ContainsFunc(mine, within) && slices.ContainsFunc(others, within) {
			return true
		}
	}
	return false
}

// rowTime is a member of a row that says a time of day.
var rowTime = regexp.MustCompile(`\b[0-2]\d:[0-5]\d\b`)

// barred reports whether the words say of one of several that it is not the one: "the png that is not the blue one"
// of blue.png.
func barred(text, value string, mine []label.Row) bool {
	for _, m := range notThe.FindAllStringSubmatch(strings.ToLower(text), -1) {
		word := m[1]
		has := func(s string) bool {
			return slices.Contains(strings.FieldsFunc(strings.ToLower(s), func(r rune) bool { return strings.ContainsRune(" ._-/,;:()", r) }), word)
		}
		if has(value) || len(mine) > 0 && !slices.ContainsFunc(mine, func(row label.Row) bool {
			return !slices.ContainsFunc(row.Members, func(o label.Member) bool { return has(o.Text) })
		}) {
			return true
		}
	}
	return false
}

// notThe finds what one of several is not.
var notThe = regexp.MustCompile(`(?:\bnot|n't|\bnicht|\bpas|\bnon|\bno|\bnão)(?: (?:es|è|é|est))? (?:the|den|die|das|der|le|la|il|el|o|a) (\p{L}{3,})(?: one\b| ones\b|$|[.,;!?])`)
