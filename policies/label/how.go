package label

import "slices"

// How says how a value came to be; rules see it as labels.x.how.
type How string

// The ways, see the package comment.
const (
	HowUser     How = "user"     // the user's (or the system's) own words, as a whole
	HowTool     How = "tool"     // a whole leaf of a trusted tool's result
	HowDerived  How = "derived"  // computed here, exactly, from values of the user's or of trusted tools
	HowDefault  How = "default"  // the schema's default, or empty: says nothing
	HowHandle   How = "handle"   // a value kept out of the planner's context
	HowMade     How = "made"     // made by the model
	HowStranger How = "stranger" // found in a text that anybody may have written
)

// Hows lists the ways, the best known first.
func Hows() []How {
	return []How{HowDefault, HowUser, HowTool, HowDerived, HowHandle, HowMade, HowStranger}
}

// Origin is where a value comes from.
type Origin struct {
	Label
	How     How      `json:"how"`
	Sources []string `json:"sources,omitempty"`

	// Chosen says that the value is one of several of a trusted result, and that
	// nothing but the model picked it.
	Chosen bool `json:"chosen,omitempty"`

	// Contrary says that the value is one of several of a result, and that the user's
	// words name another of them.
	Contrary bool `json:"contrary,omitempty"`

	// Contested says that the value is the user's and that untrusted text holds it
	// too: it may decide only what the user's words ask for with a word of its own.
	Contested bool `json:"contested,omitempty"`
}

// Join combines the origins of the parts of one argument: the weakest part names
// the way.
func (o Origin) Join(p Origin) Origin {
	out := Origin{Label: o.Label.Join(p.Label), How: o.How, Chosen: o.Chosen || p.Chosen, Contrary: o.Contrary || p.Contrary, Contested: o.Contested || p.Contested}
	if p.Label.Integrity > o.Label.Integrity || p.Label.Integrity == o.Label.Integrity && rank(p.How) > rank(o.How) {
		out.How = p.How
	}
	out.Sources = append(slices.Clone(o.Sources), p.Sources...)
	slices.Sort(out.Sources)
	out.Sources = slices.Compact(out.Sources)
	return out
}

func rank(h How) int { return slices.Index(Hows(), h) }
