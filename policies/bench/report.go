package bench

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"text/tabwriter"

	"github.com/chaski-dev/chaski/policies"
)

// Report counts the outcomes of all suites.
type Report struct {
	Bundle  []string  `json:"bundle"` // the layers
	Suites  []*Count  `json:"suites"`
	Total   *Count    `json:"total"`
	Skipped []Skipped `json:"skipped,omitempty"`
	Refused []Refused `json:"refused,omitempty"`

	// Outcomes are the tasks at which somebody should look: honest ones that ask or
	// are denied, attacks that got through, and with Options.All the others.
	Outcomes []Outcome `json:"outcomes,omitempty"`
}

// Skipped is a suite that could not be played.
type Skipped struct {
	Suite  string `json:"suite"`
	Reason string `json:"reason"`
}

// Refused is a part of a suite that is wrong and was set aside, so that the others are played.
type Refused struct {
	Place  string `json:"place"` // a file, or a line of one as FILE:LINE
	Reason string `json:"reason"`
}

// Count is what came of a suite, or of all.
type Count struct {
	Suite   string `json:"suite"`
	Honest  int    `json:"honest"` // tasks
	Alone   int    `json:"alone"`  // of those, without a person
	Ask     int    `json:"ask"`    // of those, with a person
	Deny    int    `json:"deny"`   // of those, with a call that is denied
	Prompts int    `json:"prompts"`
	Checked int    `json:"checked,omitempty"` // tasks of which the suite checks whether they were done
	Done    int    `json:"done,omitempty"`    // of those, done, with a person who approves

	Attacks  int            `json:"attacks"`
	Stopped  int            `json:"stopped"`   // attacks of which no bad call ran
	ByPerson int            `json:"by_person"` // of those, stopped only by a person who says no
	Breached int            `json:"breached"`  // attacks of which a bad call ran without a person
	Breaches int            `json:"breaches"`  // the calls
	ByTool   map[string]int `json:"breaches_by_tool,omitempty"`
	Harmed   int            `json:"harmed,omitempty"` // attacks that succeeded by the suite's own check
	ByRule   map[string]int `json:"asks_by_rule,omitempty"`
	Unread   int            `json:"unread,omitempty"` // attacks whose bad calls were never made
}

// Options says what is played.
type Options struct {
	All  bool     // report the outcome of each task
	Args []string // for the programs of suites
}

// Run plays suites, each a folder, against the layers. Parts that are wrong are set aside and the
// others are played: the error then names them, and the report is of the others.
func Run(ctx context.Context, sources []*policies.Source, dirs []string, o Options) (*Report, error) {
	r := &Report{Total: &Count{Suite: "all"}}
	for _, s := range sources {
		r.Bundle = append(r.Bundle, s.Name)
	}
	for _, dir := range dirs {
		to := sink{
			each:   func(out Outcome) { r.add(out, o.All) },
			refuse: func(place string, err error) { r.Refused = append(r.Refused, Refused{place, err.Error()}) },
		}
		full, err := filepath.Abs(dir)
		if err != nil {
			return nil, err
		}
		switch p, err := readProgram(dir); {
		case err != nil:
			to.refuse(filepath.Join(dir, programFile), err)
		case p == nil:
			traces(ctx, sources, filepath.Base(full), dir, to)
		default:
			why, err := p.play(ctx, sources, dir, o.Args, to.each)
			if err != nil {
				to.refuse(filepath.Join(dir, programFile), err)
			} else if why != "" {
				r.Skipped = append(r.Skipped, Skipped{p.Name, why})
			}
		}
		if err := ctx.Err(); err != nil {
			return nil, err
		}
	}
	var refused []error
	for _, part := range r.Refused {
		refused = append(refused, fmt.Errorf("%s: %s", part.Place, part.Reason))
	}
	return r, errors.Join(refused...)
}

// sink takes what comes of a suite: outcomes, and what is wrong in it.
type sink struct {
	each   func(Outcome)
	refuse func(place string, err error)
}

// Breached reports whether a bad call of any attack ran without a person.
func (r *Report) Breached() bool { return r.Total.Breached > 0 }

func (r *Report) add(o Outcome, all bool) {
	i := slices.IndexFunc(r.Suites, func(c *Count) bool { return c.Suite == o.Suite })
	if i < 0 {
		r.Suites = append(r.Suites, &Count{Suite: o.Suite})
		i = len(r.Suites) - 1
	}
	r.Suites[i].add(o)
	r.Total.add(o)
	if all || len(o.Breaches) > 0 || !o.Attack && (!o.Alone() || o.Done != nil && !*o.Done) {
		r.Outcomes = append(r.Outcomes, o)
	}
}

func (c *Count) add(o Outcome) {
	if !o.Attack {
		c.Honest++
		c.Prompts += len(o.Asked)
		switch {
		case o.denies():
			c.Deny++
		case o.asks():
			c.Ask++
		default:
			c.Alone++
		}
		for _, a := range o.Asked {
			c.ByRule = count(c.ByRule, a.Rule)
		}
		if o.Done != nil {
			c.Checked++
			if *o.Done {
				c.Done++
			}
		}
		return
	}
	c.Attacks++
	if o.Bad == 0 {
		c.Unread++
	}
	if o.Harmed != nil && *o.Harmed {
		c.Harmed++
	}
	if len(o.Breaches) > 0 {
		c.Breached++
		c.Breaches += len(o.Breaches)
		for _, b := range o.Breaches {
			c.ByTool = count(c.ByTool, b.Tool)
		}
		return
	}
	c.Stopped++
	if slices.ContainsFunc(o.Asked, func(a Call) bool { return a.Bad }) {
		c.ByPerson++
	}
}

func count(m map[string]int, key string) map[string]int {
	if m == nil {
		m = map[string]int{}
	}
	m[key]++
	return m
}

// JSON writes the report as one object.
func (r *Report) JSON(w io.Writer) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", " ")
	return enc.Encode(r)
}

// Table writes the report for people. With causes, it lists each task that is not as
// it should be.
func (r *Report) Table(w io.Writer, causes bool) error {
	t := tabwriter.NewWriter(w, 0, 8, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(t, "suite\thonest\talone\task\tdeny\tprompts\tdone\tattacks\tstopped\tby person\tbreached\t")
	rows := r.Suites
	if len(rows) > 1 {
		rows = append(slices.Clone(rows), r.Total)
	}
	for _, c := range rows {
		done := "-"
		if c.Checked > 0 {
			done = fmt.Sprintf("%d/%d", c.Done, c.Checked)
		}
		fmt.Fprintf(t, "%s\t%d\t%d\t%d\t%d\t%d\t%s\t%d\t%d\t%d\t%d\t\n", c.Suite, c.Honest, c.Alone, c.Ask, c.Deny, c.Prompts, done, c.Attacks, c.Stopped, c.ByPerson, c.Breached)
	}
	if err := t.Flush(); err != nil {
		return err
	}
	for _, s := range r.Skipped {
		fmt.Fprintf(w, "skipped %s: %s\n", s.Suite, s.Reason)
	}
	if len(r.Total.ByRule) > 0 {
		fmt.Fprintln(w, "asked by:", sorted(r.Total.ByRule))
	}
	if len(r.Total.ByTool) > 0 {
		fmt.Fprintln(w, "breaches:", sorted(r.Total.ByTool))
	}
	if causes {
		for _, o := range r.Outcomes {
			o.lines(w)
		}
	}
	return nil
}

// lines writes what happened in a task that somebody should look at.
func (o *Outcome) lines(w io.Writer) {
	for _, list := range []struct {
		what  string
		calls []Call
	}{{"BREACH", o.Breaches}, {"denied", o.Denied}, {"asks", o.Asked}} {
		for _, c := range list.calls {
			if o.Attack && list.what != "BREACH" {
				continue
			}
			fmt.Fprintf(w, "%s %s %s: %s %s", list.what, o.Suite, o.ID, c.Tool, cut(c.Arguments))
			if list.what != "BREACH" {
				fmt.Fprintf(w, " by %s", c.Rule)
				if c.Unasked {
					fmt.Fprint(w, ", unasked")
				}
			}
			for _, name := range names(c.Labels) {
				l := c.Labels[name]
				fmt.Fprintf(w, "; %s %s/%s", name, l.Label.Integrity, l.How)
			}
			if o.Kind != "" {
				fmt.Fprintf(w, " [%s]", o.Kind)
			}
			fmt.Fprintln(w)
		}
	}
	if o.Done != nil && !*o.Done && !o.Attack {
		fmt.Fprintf(w, "undone %s %s\n", o.Suite, o.ID)
	}
}

func cut(s string) string {
	if r := []rune(s); len(r) > 160 {
		return string(r[:160]) + "…"
	}
	return s
}

func names[V any](m map[string]V) []string {
	out := make([]string, 0, len(m))
	for k := range m {
		out = append(out, k)
	}
	slices.Sort(out)
	return out
}

// sorted writes counts, the greatest first.
func sorted(m map[string]int) string {
	keys := names(m)
	slices.SortStableFunc(keys, func(a, b string) int { return cmp.Compare(m[b], m[a]) })
	s := ""
	for i, k := range keys {
		if i > 0 {
			s += ", "
		}
		s += fmt.Sprintf("%s %d", k, m[k])
	}
	return s
}
