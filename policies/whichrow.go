package policies

import (
	"cmp"
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/chaski-dev/chaski/policies/ask"
	"github.com/chaski-dev/chaski/policies/label"
)

// A tool that lists things vouches for each of them, and for none that it is the one the user means. So a value of a
// list's row, which the user did not say, needs words that single its row out: a member of it ("the physics one"), what is
// most or least ("the one with the fewest plays"), a place ("the second"), or all of them. What no words single out was
// chosen by the model.

// choose marks the values of a call that the model chose from lists where the user's words did not, and that nothing is
// asked for where they chose others.
func (r *Run) choose(t *tool, args map[string]any, a ask.Ask, f *flow) {
	if r.torn(t, args, f.labels) {
		f.bound = false
		return
	}
	if r.context.Label().Integrity >= label.Untrusted {
		return // there the labels say what was chosen, by stricter words
	}
	for name, o := range f.labels {
		low := strings.ToLower(name)
		if o.How != label.HowTool || slices.Contains(t.data, low) || slices.Contains(t.content, low) {
			continue
		}
		leaves(args[name], func(v any) {
			this, another := r.singled(t, a, args, f.labels, v)
			f.bound = f.bound && !another
			o.Chosen = o.Chosen || !this
		})
		f.labels[name] = o
	}
}

// singled reports whether the user's words single out a row that holds a value of a call, and whether they single out another.
func (r *Run) singled(t *tool, a ask.Ask, args map[string]any, labels map[string]label.Origin, value any) (this, another bool) {
	mine, others := r.context.Rows(value)
	if len(mine) == 0 || len(others) == 0 {
		return true, false
	}
	others = slices.DeleteFunc(others, func(o label.Row) bool { return ofArguments(args, labels, mine, o) })
	texts := slices.Compact(append(r.partsWith(args, labels, a.Text), a.Text, a.Sentence, r.said.Written()))
	for i, text := range texts {
		texts[i] = dictated.ReplaceAllString(t.acts.Apart(text), " ")
	}
	given := givenBeside(args, value)
	severalGiven(given, append(slices.Clone(mine), others...))
	var told []telling
	for _, text := range texts {
		told = append(told, newTelling(text, t, mine, given))
	}
	// rivals are the rows from which no words tell the value's.
	var rivals []label.Row
	for _, o := range others {
		which := 0 // of both rows the words tell: the part that asks first
		for i := range told {
			if which = r.tellsRows(&told[i], t, o, given); which != 0 {
				break
			}
		}
		switch which {
		case -1:
			another = true
		case 0:
			rivals = append(rivals, o)
		}
	}
	switch {
	case another && len(a.Apart) == 0:
		return false, true
	case len(rivals) == 0 || r.metAlone(fmt.Sprint(value), others):
		return true, false
	}
	if len(a.Conditions) > 0 && !slices.ContainsFunc(rivals, func(o label.Row) bool { return !uncompared(a.Sentence, r.asking(t, args, labels), []label.Row{o}) }) {
		return true, false // "if a server is above 80, restart it": the condition holds for the value's row, see holds
	}
	if _, here := foremost(dictated.ReplaceAllString(a.Text, " "), mine, rivals); !here && theRest.MatchString(a.Text) { // "keep the latest, delete the others"
		for _, text := range texts[1:] {
			if top, found := foremost(text, mine, rivals); found {
				return !top, top
			}
		}
	}
	for _, text := range texts {
		if place, ok := placeOf(text); ok {
			return slices.ContainsFunc(mine, func(row label.Row) bool { return row.Place == place }), false
		}
		if top, found := foremost(text, mine, rivals); found {
			return top, !top
		}
	}
	if a.Many && !single.MatchString(a.Text) && !anyOf(a.Text) {
		return !slices.ContainsFunc(texts, func(text string) bool { return outOfBounds(text, mine) }), false
	}
	return false, false
}

// metAlone reports whether a call that was let through had a value, or the assistant said it last, in a sentence that says
// no other of its list.
func (r *Run) metAlone(value string, others []label.Row) bool {
	if !r.met(value) {
		return false
	}
	for _, sentence := range slices.Backward(sentenceEnd.Split(strings.ToLower(r.agreed+r.offer), -1)) {
		another := slices.ContainsFunc(others, func(o label.Row) bool {
			return slices.ContainsFunc(o.Members, func(m label.Member) bool { return o.Holds(m) && m.Text != "" && r.phrase(sentence).Holds(m.Text) })
		})
		if another || r.phrase(sentence).Holds(value) {
			return !another
		}
	}
	return true
}

// ofArguments reports whether what the user gave for another argument is that member of the value's row, and not of
// another: the amount of "claim 302".
func ofArguments(args map[string]any, labels map[string]label.Origin, mine []label.Row, other label.Row) bool {
	return slices.ContainsFunc(mine, func(row label.Row) bool {
		return slices.ContainsFunc(row.Members, func(m label.Member) bool {
			v, given := args[m.Name]
			o, _ := other.Member(m.Name)
			return given && !row.Holds(m) && m.Moment == "" && labels[m.Name].How == label.HowUser && strings.EqualFold(fmt.Sprint(v), m.Text) && o.Text != m.Text
		})
	})
}

// dictated finds what is to be written or told.
var dictated = regexp.MustCompile(`["“„«][^"”“»]*(?:["”“»]|$)`)

// telling is a text that may tell one row from others.
type telling struct {
	text        string
	said, names []string    // its words, and those of them that are names
	compared    bool        // it says how a number is to be: "less than 5 nights" names none of five
	verbs       []string    // of the tool
	mine        []label.Row // those that hold the value, see tellable
}

func newTelling(text string, t *tool, mine []label.Row, given map[string]bool) telling {
	w := telling{text: text, said: plainWords(text), compared: ask.Compared(text).Kind >= ask.Above, verbs: t.acts.Words()}
	w.names = slices.DeleteFunc(slices.Clone(w.said), func(s string) bool { return strings.ToLower(s) == s && !strings.ContainsAny(s, "0123456789") })
	for _, row := range mine {
		w.mine = append(w.mine, w.tellable(row, given))
	}
	return w
}

// tellsRows returns 1 where a text says of the value's row what another has not, by its words, by what everybody has for
// them, or else by their stems, and -1 where it says of the other what the value's has not.
func (r *Run) tellsRows(w *telling, t *tool, other label.Row, given map[string]bool) int {
	other = w.tellable(other, given)
	names := func(row, than label.Row) int { // before words
		return r.holdsCodes(w.text, row, than) + saysWords(w.text, w.names, row, than)
	}
	here, there := 0, 0
	for _, row := range w.mine {
		here, there = max(here, names(row, other)), max(there, names(other, row))
	}
	if here != there {
		return cmp.Compare(here, there)
	}
	for _, tells := range []func(row, than label.Row) bool{
		func(row, than label.Row) bool { return saysWords(w.text, w.said, row, than) > 0 },
		func(row, than label.Row) bool { return r.names(w.text, t, row, than, given) },
		func(row, than label.Row) bool { return r.tellsApart(w.text, t, row, than) },
	} {
		here := slices.ContainsFunc(w.mine, func(row label.Row) bool { return tells(row, other) })
		there := slices.ContainsFunc(w.mine, func(row label.Row) bool { return tells(other, row) })
		if here && !there {
			return 1
		} else if there && !here {
			return -1
		}
	}
	return 0
}

// saysWords returns of how many of a row's members words are, and not of another's.
func saysWords(text string, said []string, row, other label.Row) (n int) {
	for _, m := range row.Members {
		o, _ := other.Member(m.Name)
		has := plainWords(o.Text)
		if !m.Amount && m.Moment == "" && !strings.Contains(m.Text, "@") && slices.ContainsFunc(plainWords(m.Text), func(w string) bool {
			return len(w) > 2 && !articles[w] && !slices.Contains(has, w) && slices.ContainsFunc(said, func(s string) bool { return strings.EqualFold(s, w) }) && !ask.OtherSide(text, w, m.Name)
		}) {
			n++
		}
	}
	return n
}

// holdsCodes returns how many numbers and signs a text holds by which a row is called and another is not.
func (r *Run) holdsCodes(text string, row, other label.Row) (n int) {
	for _, m := range row.Members {
		o, _ := other.Member(m.Name)
		if !m.Amount && m.Moment == "" && o.Text != m.Text && (strings.ContainsAny(m.Text, "0123456789@") && r.phrase(text).Holds(m.Text) || startsSo(text, m.Text)) {
			n++
		}
	}
	return n
}

// startsSo reports whether a text says how a name begins, and it does: "the room that starts with gar".
func startsSo(text, name string) bool {
	m := beginning.FindStringSubmatch(strings.ToLower(text))
	return m != nil && strings.HasPrefix(name, m[1])
}

var beginning = regexp.MustCompile(`(?:(?:start|begin)s? with|beginnt mit|commence par|(?:ini|comin)zia (?:con|per)|empieza (?:por|con)|começa (?:por|com)) ["'«“„]?([\pL\d-]{2,})`)

// partsWith returns the parts of a text between commas that hold what the user gave for another argument, where not all do:
// "the white frame with acrylic glass, leave the black one as it is".
func (r *Run) partsWith(args map[string]any, labels map[string]label.Origin, text string) (out []string) {
	parts := strings.FieldsFunc(text, func(c rune) bool { return strings.ContainsRune(",;:", c) })
	for _, part := range parts {
		for name, v := range args {
			if s, choice := v.(string); labels[name].How == label.HowUser && (r.phrase(part).Holds(v) || choice && r.saysMember(s, part)) {
				out = append(out, part)
				break
			}
		}
	}
	if len(out) == len(parts) {
		return nil
	}
	return out
}

// tellable is a row without the members that tell none apart: what the call itself sets, such as the new day, and the state
// to which the tool brings things ("paga la que…" says no "paid").
func (w *telling) tellable(row label.Row, given map[string]bool) label.Row {
	const words = 2 // "one" stands for a thing, "दो" is an order
	row.Members = slices.DeleteFunc(slices.Clone(row.Members), func(m label.Member) bool {
		if m.Amount && (w.compared || m.Number > 0 && m.Number <= words && !strings.Contains(w.text, m.Text)) || given[m.Name+"="+m.Text] || given[m.Text] && (m.Moment != "" || m.Amount) {
			return true
		}
		if m.Moment != "" {
			day, at := label.MomentOf(m.Text)
			return given[day] || given[at]
		}
		return !m.Amount && slices.ContainsFunc(w.verbs, func(verb string) bool { return ask.Participle(m.Text, verb) })
	})
	return row
}

// givenBeside are the values of a call but for one: what the call itself sets, such as the new day, tells no rows apart.
func givenBeside(args map[string]any, value any) map[string]bool {
	given := map[string]bool{}
	leaves(args, func(v any) {
		if fmt.Sprint(v) != fmt.Sprint(value) {
			given[strings.ToLower(fmt.Sprint(v))] = true
		}
	})
	return given
}

// severalGiven notes members that the call is given of several rows, "from T5 to T8", which tell none of them apart.
func severalGiven(given map[string]bool, rows []label.Row) {
	of := map[string][]string{}
	for _, row := range rows {
		for _, m := range row.Members {
			if given[m.Text] && !m.Amount && m.Moment == "" && !slices.Contains(of[m.Name], m.Text) {
				of[m.Name] = append(of[m.Name], m.Text)
			}
		}
	}
	for name, texts := range of {
		for _, text := range texts {
			given[name+"="+text] = len(texts) > 1
		}
	}
}

// tellsApart reports whether a text says of a row what another has not.
func (r *Run) tellsApart(text string, t *tool, row, other label.Row) bool {
	low := strings.ToLower(text)
	if r.tells(text, t, row, other) || slices.ContainsFunc(row.Members, func(m label.Member) bool {
		o, ok := other.Member(m.Name)
		return ok && o.Text != m.Text && m.Text != "" && strings.Contains(" "+low+" ", " "+m.Name+" "+m.Text+" ") // "in section D"
	}) {
		return true
	}
	for name, is := range row.Flags { // "every row that's ripe", "who hasn't been thanked"
		if was, ok := other.Flags[name]; ok && was != is && slices.ContainsFunc(ask.NameWords(name), func(w string) bool { return begins(low, w) }) && is != negatedFlag.MatchString(low) {
			return true
		}
	}
	return slices.ContainsFunc(row.Members, func(m label.Member) bool { // "anyone with debts"
		o, ok := other.Member(m.Name)
		return ok && m.Amount && o.Amount && o.Number == 0 && m.Number != 0 && ask.Measures(text, m.Name)
	})
}

// negatedFlag finds what says that something is not so.
var negatedFlag = regexp.MustCompile(`n't\b|\b(?:not|never|nicht|noch kein|pas|jamais|non|no|sin|sem|senza|não|nunca|without|un[a-z]{4,}ed)\b|नहीं|ไม่|ยัง`)

// torn reports whether two values of a call are of one list, and no row of it holds both: the name of one debtor with the
// amount of another.
func (r *Run) torn(t *tool, args map[string]any, labels map[string]label.Origin) bool {
	type of struct {
		name string
		rows []label.Row
	}
	var held []of
	for _, name := range sortedKeys(args) {
		switch args[name].(type) {
		case string, json.Number:
		default:
			continue
		}
		low := strings.ToLower(name)
		if labels[name].How != label.HowTool || slices.Contains(t.data, low) || slices.Contains(t.content, low) {
			continue
		}
		mine, others := r.context.Rows(args[name])
		if len(mine) > 0 && len(others) > 0 {
			held = append(held, of{name, mine})
		}
	}
	for i, a := range held {
		for _, b := range held[i+1:] {
			one, together := false, false
			for _, x := range a.rows {
				for _, y := range b.rows {
					one = one || x.List == y.List && x.Path != y.Path
					together = together || x.List == y.List && x.Place == y.Place
				}
			}
			if one && !together {
				return true
			}
		}
	}
	return false
}
