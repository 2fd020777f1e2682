package label

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// The user's words pick a record by the greatest or the least of a number or of a moment, or by how often
// something occurs.

// Superlatives, and whether they are of a number or of a moment.
var (
	greatest = strings.Fields("largest biggest highest greatest longest most heaviest priciest dearest best top maximum max fullest wettest hottest warmest loudest fastest tallest widest deepest busiest strongest brightest")
	least    = strings.Fields("smallest lowest least shortest fewest lightest cheapest minimum min driest emptiest coldest coolest slowest narrowest weakest quietest")
	newest   = strings.Fields("newest latest last recent")
	oldest   = strings.Fields("oldest earliest first")
)

// abroad are the superlatives of the other languages.
var abroad = map[string]*regexp.Regexp{
	greatest[0]: regexp.MustCompile(`größte|höchste|längste|meiste|teuerste|schwerste|vollste|wärmste|heißeste|lauteste|plus (?:grand|haut|élevé|long|cher|lourd|plein|chaud)|más (?:grande|alt[oa]|larg[oa]|car[oa]|pesad[oa]|llen[oa]|caliente)|\bmayor\b` +
		`|più (?:grande|alt[oa]|lung[oa]|car[oa]|pesante|pien[oa]|cald[oa])|\bmaggiore\b|mais (?:alt[oa]|long[oa]|car[oa]|pesad[oa]|chei[oa]|quente)|\bmaior\b|सबसे (?:बड़|ज़्यादा|ज्यादा|अधिक|ऊँच|लंब|महँग|महंग|भारी|गर्म)|am meisten|le plus d(?:e\b|['’])|qui .{0,12}le plus\b|che .{0,12}(?:di )?più\b|que .{0,12}\b(?:más|mais)\b|(?:มาก|ใหญ่|สูง|ยาว|แพง|หนัก|ร้อน)ที่สุด`),
	least[0]: regexp.MustCompile(`kleinste|niedrigste|kürzeste|wenigste|billigste|günstigste|leichteste|trockenste|leerste|kälteste|plus (?:petit|bas|court|léger|sec|sèche|vide|froid)|moins (?:cher|chère|plein)|más (?:pequeñ[oa]|baj[oa]|cort[oa]|barat[oa]|liger[oa]|sec[oa]|vací[oa]|frí[oa])|\bmenor\b` +
		`|più (?:piccol[oa]|bass[oa]|cort[oa]|legger[oa]|economic[oa]|secc[oa]|asciutt[oa]|vuot[oa]|fredd[oa])|\bminore\b|mais (?:baix[oa]|curt[oa]|barat[oa]|leve|sec[oa]|vazi[oa]|fri[oa])|सबसे (?:छोट|कम|सस्त|हल्क|सूख|ठंड)|(?:น้อย|เล็ก|ต่ำ|สั้น|ถูก|เบา|แห้ง|เย็น)ที่สุด`),
	newest[0]: regexp.MustCompile(`neueste|letzte[nrs]?\b|jüngste|plus récent|\bdernier|\bdernière|más (?:nuev[oa]|reciente)|últim[oa]|più recente|\bultim[oa]\b|mais (?:recente|nov[oa])|सबसे (?:नया|नयी|नई|हाल)|ล่าสุด|ใหม่ที่สุด`),
	oldest[0]: regexp.MustCompile(`älteste|früheste|\berste[nrs]?\b|zuerst|plus ancien|\bpremier\b|\bpremière\b|más antigu[oa]|\bprimer[oa]?\b|più vecchi[oa]|\bprim[oa]\b|mais antig[oa]|\bprimeir[oa]\b|सबसे (?:पुरान|पहले)|เก่าที่สุด|เร็วที่สุด`),
}

// superlative reports whether the words hold a superlative of another language, of the kind that an
// English one stands for.
func (t *ownText) superlative(kind string) bool {
	if t.abroad == nil {
		t.abroad = map[string]bool{}
		for k, form := range abroad {
			t.abroad[k] = form.MatchString(t.plain)
		}
	}
	return t.abroad[kind]
}

// Superlatives reports whether a text picks by what is greatest, least, latest or earliest.
func Superlatives(text string) (greatestOf, leastOf, latest, earliest bool) {
	t := newOwnText(text)
	said := strings.FieldsFunc(t.plain, func(r rune) bool { return !wordRune(r) })
	has := func(list []string) bool {
		return t.superlative(list[0]) || slices.ContainsFunc(said, func(w string) bool { return slices.Contains(list, w) })
	}
	return has(greatest), has(least), has(newest), has(oldest)
}

// extreme reports whether the user asked for the greatest or the least, and the leaf's
// record has it of some number, or of some moment for the newest or the oldest.
func (c *Context) extreme(src *source, i int, w asked) bool {
	up, down, late, early := c.together(greatest, w), c.together(least, w), c.together(newest, w), c.together(oldest, w)
	if !up && !down && !late && !early {
		return false
	}
	x, l := src.leaves, &src.leaves.all[i]
	if l.record == "" {
		return false
	}
	spoken := slices.ContainsFunc(x.byRow[l.record], func(j int) bool { return x.all[j].number != "" && x.all[j].path != l.path && c.member(x.all[j].path) })
	for _, j := range x.byRow[l.record] {
		mine := &x.all[j]
		value, ok := mine.measure()
		if !ok || spoken && !c.member(mine.path) || mine.path == l.path && l.number != "" && idPath(l.path) || idPath(mine.path) {
			continue
		}
		up, down := up, down
		if mine.day != "" {
			up, down = late, early
		}
		top, bottom, other := true, true, false
		for _, k := range x.byPath[mine.path] {
			if o, ok := x.all[k].measure(); ok && k != j {
				other = true
				top, bottom = top && o < value, bottom && o > value
			}
		}
		if other && (up && top || down && bottom) {
			return true
		}
	}
	return false
}

// counted reports whether the user asked for the most or the fewest, and the value is
// the one that occurs so often where results of one tool list it, or the one for which
// that tool lists so many.
func (c *Context) counted(src *source, i int, w asked) bool {
	up, down := c.together(greatest, w), c.together(least, w)
	if !up && !down {
		return false
	}
	l := &src.leaves.all[i]
	times, sizes := map[string]int{}, map[string]map[string]int{}
	for _, s := range c.sources {
		if s.leaves == nil || s.speaks() {
			continue
		}
		if s.Tool == src.Tool {
			for _, j := range s.leaves.byPath[l.path] {
				times[s.leaves.all[j].key]++
			}
		}
		if len(s.Args) == 1 {
			if sizes[s.Tool] == nil {
				sizes[s.Tool] = map[string]int{}
			}
			sizes[s.Tool][leafKey(s.Args[0])] = len(s.leaves.all)
		}
	}
	if most(times, l.key, up, down) {
		return true
	}
	for _, of := range sizes {
		whole := true // each of those among which was chosen has been counted
		for _, j := range src.leaves.byPath[l.path] {
			_, ok := of[src.leaves.all[j].key]
			whole = whole && ok
		}
		if whole && most(of, l.key, up, down) {
			return true
		}
	}
	return false
}

// most reports whether one key has the greatest, or the least, of several counts alone.
func most(counts map[string]int, key string, up, down bool) bool {
	mine, ok := counts[key]
	if !ok || len(counts) < 2 {
		return false
	}
	top, bottom := true, true
	for k, n := range counts {
		if k != key {
			top, bottom = top && n < mine, bottom && n > mine
		}
	}
	return up && top || down && bottom
}

// measure is a leaf as a number to compare: a number, or a moment in minutes.
func (l *leaf) measure() (float64, bool) {
	if l.number != "" {
		f, err := strconv.ParseFloat(l.number, 64)
		return f, err == nil
	}
	if l.day == "" {
		return 0, false
	}
	f, err := strconv.ParseFloat(strings.ReplaceAll(l.day, "-", ""), 64)
	return f*10_000 + float64(max(l.minute, 0)), err == nil
}
