package label

import (
	"math"
	"regexp"
	"strconv"

	"github.com/chaski-dev/chaski/policies/spoken"
)

// term is a number that may stand in a sum: the user's, or a leaf of a trusted result.
type term struct {
	value int64 // in millionths
	src   *source
	leaf  int // -1 for the user's
}

const (
	millionth = 1_000_000
	maxTerms  = 2000 // of one context; numbers beyond it are in no sum
)

func millionths(decimal string) (int64, bool) {
	f, err := strconv.ParseFloat(decimal, 64)
	if err != nil || math.Abs(f) > 1e11 {
		return 0, false
	}
	return int64(math.Round(f * millionth)), true
}

// splits are words by which a number of the user's is meant to be parted between two.
var splits = []string{"share", "split"}

// restWords are words for what a share leaves.
var restWords = regexp.MustCompile(`\b(?:rest|remainder|remaining|off|cheaper|less|discount|down|reduce[ds]?|cut|lower|reste|restante?|resto|rabatt|nachlass|weniger|günstiger|remise|réduc|descuento|sconto|desconto|moins|menos|meno|baisse|baja|reduz|riduc|senk)|बाकी|बाक़ी|छूट|कम|ที่เหลือ|ลด`)

// part is a share that the user names.
type part struct {
	of      float64
	percent bool
	rest    bool // words for what it leaves are said, too
}

// computed finds a number as the sum of a column, as a sum or a difference of two
// numbers, as a share of one with or without another added, or as a multiple.
func (c *Context) computed(number string, acts []string) (Origin, bool) {
	want, ok := millionths(number)
	if !ok || want == 0 {
		return Origin{}, false
	}
	var own, all []term
	var shares []part
	var user Origin
	for _, s := range c.sources {
		if s.Kind == FromUser && s.speaks() {
			user = user.Join(derived(s.Label, s.ID))
			for d := range s.own.values.numbers {
				if v, ok := millionths(d); ok && v != 0 {
					own = append(own, term{v, s, -1})
					if s.own.asks(splits) {
						own = append(own, term{v / 2, s, -1})
					}
				}
			}
			for _, p := range s.own.spoken().Shares() {
				if s.plainlySaid(p.At) {
					shares = append(shares, part{float64(p.Part) / float64(spoken.One), p.Off, restWords.MatchString(s.own.plain)})
				}
			}
		}
		if s.leaves == nil || s.speaks() || s.Keys {
			continue
		}
		columns := map[string]int64{}
		counts := map[string]int{}
		for i := range s.leaves.all {
			l := &s.leaves.all[i]
			if l.number == "" || idPath(l.path) || isKey(l.path) || len(all) == maxTerms || s.made[squash(l.key)] {
				continue
			}
			if v, ok := millionths(l.number); ok && v != 0 {
				all = append(all, term{v, s, i})
				columns[l.path] += v
				counts[l.path]++
			}
		}
		for path, sum := range columns {
			if sum == want && counts[path] > 1 {
				return derived(s.Label, s.ID), true
			}
		}
	}
	// The first way to work it out that needs no choice among a tool's numbers, or else the
	// first.
	var best Origin
	found, tried := false, 0
	result := func(terms ...term) {
		if tried++; found && !best.Chosen || tried > 20 {
			return
		}
		out := user
		out.How = HowDerived
		for _, t := range terms {
			if t.leaf < 0 {
				continue
			}
			o := derived(t.src.Label, t.src.ID)
			o.Chosen = t.src.Picked || !c.covered(t.src) || !c.picked(t.src, []int{t.leaf}, asked{acts: acts})
			out = out.Join(o)
		}
		out.How = HowDerived
		if !found || !out.Chosen {
			best, found = out, true
		}
	}
	if user.How == "" { // no user has spoken
		return Origin{}, false
	}
	terms := append(own[:len(own):len(own)], all...)
	byValue := map[int64]term{}
	for i := len(terms) - 1; i >= 0; i-- { // the user's own win
		byValue[terms[i].value] = terms[i]
	}
	for _, t := range terms {
		for _, share := range shares {
			part := int64(math.Round(float64(t.value) * share.of))
			if near(part, want) || (share.rest || share.percent) && near(t.value-part, want) || share.percent && near(t.value+part, want) {
				result(t)
			}
			if !share.percent {
				continue
			}
			for _, u := range own {
				if near(part+u.value, want) || near(part-u.value, want) || near(t.value+part+u.value, want) || near(t.value+part-u.value, want) {
					result(t, u)
				}
			}
		}
		for _, u := range own {
			switch product := float64(t.value) / millionth * float64(u.value); {
			case t != u && math.Abs(product) < 1e17 && near(int64(math.Round(product)), want):
				result(t, u)
			case u.value > millionth && t != u && near(int64(math.Round(float64(t.value)*millionth/float64(u.value))), want):
				result(t, u)
			}
		}
	}
	for _, t := range terms {
		if u, ok := byValue[want-t.value]; ok && u != t {
			result(t, u)
		}
		if u, ok := byValue[t.value-want]; ok && u != t {
			result(t, u)
		}
	}
	return best, found
}

// near reports whether two numbers are equal, at least to the hundredth that money is
// rounded to.
func near(a, b int64) bool {
	return a == b || b%(millionth/100) == 0 && a-b <= millionth/200 && b-a <= millionth/200
}
