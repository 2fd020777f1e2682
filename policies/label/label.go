package label

import (
	"fmt"
	"slices"
	"strings"
)

// Integrity says who could have chosen a value; higher is trusted less.
type Integrity uint8

// The integrity levels, most trusted first.
const (
	System Integrity = iota
	User
	Tool
	Model // the model made the value up, and had read nothing untrusted
	Untrusted
)

var integrityNames = []string{"system", "user", "tool", "model", "untrusted"}

func (i Integrity) String() string { return name(integrityNames, int(i)) }

// MarshalText writes the level's name.
func (i Integrity) MarshalText() ([]byte, error) { return []byte(i.String()), nil }

// UnmarshalText reads a level's name.
func (i *Integrity) UnmarshalText(b []byte) error {
	n, err := index("integrity", integrityNames, string(b))
	*i = Integrity(n)
	return err
}

// Confidentiality says how widely a value may be read; higher is narrower.
type Confidentiality uint8

// The confidentiality levels.
const (
	Public Confidentiality = iota
	Internal
	Secret
)

var confidentialityNames = []string{"public", "internal", "secret"}

func (c Confidentiality) String() string { return name(confidentialityNames, int(c)) }

// MarshalText writes the level's name.
func (c Confidentiality) MarshalText() ([]byte, error) { return []byte(c.String()), nil }

// UnmarshalText reads a level's name.
func (c *Confidentiality) UnmarshalText(b []byte) error {
	n, err := index("confidentiality", confidentialityNames, string(b))
	*c = Confidentiality(n)
	return err
}

func name(names []string, i int) string {
	if i < len(names) {
		return names[i]
	}
	return fmt.Sprintf("level(%d)", i)
}

func index(what string, names []string, s string) (int, error) {
	if i := slices.Index(names, strings.ToLower(strings.TrimSpace(s))); i >= 0 {
		return i, nil
	}
	return len(names) - 1, fmt.Errorf("label: unknown %s %q: want %s", what, s, strings.Join(names, ", "))
}

// Label is what is known about a value. The zero Label is the system's own, public.
type Label struct {
	Integrity       Integrity       `json:"integrity"`
	Confidentiality Confidentiality `json:"confidentiality"`

	// Limited says that only Readers may have the value; Readers is sorted, and
	// may be empty: then nobody may.
	Limited bool     `json:"limited,omitempty"`
	Readers []string `json:"readers,omitempty"`
}

// Join returns the label of a value made of both.
func (l Label) Join(m Label) Label {
	out := Label{Integrity: max(l.Integrity, m.Integrity), Confidentiality: max(l.Confidentiality, m.Confidentiality)}
	switch {
	case l.Limited && m.Limited:
		out.Limited = true
		for _, r := range l.Readers {
			if slices.Contains(m.Readers, r) {
				out.Readers = append(out.Readers, r)
			}
		}
	case l.Limited:
		out.Limited, out.Readers = true, l.Readers
	case m.Limited:
		out.Limited, out.Readers = true, m.Readers
	}
	return out
}

// Confidential reports whether the value may not go to just anybody.
func (l Label) Confidential() bool { return l.Confidentiality > Public || l.Limited }

// MayRead reports whether the reader, a name, an address or "@domain", may have
// the value. A confidential value with no list of readers may go to nobody outside.
func (l Label) MayRead(reader string) bool {
	if !l.Confidential() {
		return true
	}
	reader = strings.ToLower(strings.TrimSpace(reader))
	_, domain, _ := strings.Cut(reader, "@")
	for _, r := range l.Readers {
		if r == reader || r == "*" || domain != "" && (r == "@"+domain || r == domain) {
			return true
		}
	}
	return false
}

// Map returns the label as the well-known keys spell it, for [Parse] to read back.
func (l Label) Map() map[string]string {
	m := map[string]string{KeyIntegrity: l.Integrity.String(), KeyConfidentiality: l.Confidentiality.String()}
	if l.Limited {
		m[KeyReaders] = strings.Join(l.Readers, ",")
	}
	return m
}

// String is "integrity confidentiality [readers]".
func (l Label) String() string {
	s := l.Integrity.String() + " " + l.Confidentiality.String()
	if l.Limited {
		s += " [" + strings.Join(l.Readers, ",") + "]"
	}
	return s
}

// The well-known keys of tools.Spec.Labels and tools.Result.Labels.
const (
	KeyIntegrity       = "integrity"
	KeyConfidentiality = "confidentiality"
	KeyReaders         = "readers"
	KeyEgress          = "egress"
	KeyContent         = "content"    // arguments that are prose for a reader, comma-separated
	KeyRecipients      = "recipients" // arguments that say who will read, comma-separated
	KeyObjects         = "objects"    // words for what the tool works on, comma-separated
	KeyActions         = "actions"    // words by which a user asks for the tool, comma-separated
	KeyWords           = "words."     // with an argument's name: how people say its members, "car=Auto, voiture; bicycle=vélo"
	KeyAgent           = "agent"      // "true": the tool is an agent, whose own calls are judged for themselves
	KeyData            = "data"       // arguments that only hold data: they say neither whom, nor how much, nor which, nor what to run
	KeyIrreversible    = "irreversible"
	KeyStrangers       = "strangers" // members of a result that anybody may have written, comma-separated: they are untrusted whatever the rest is
	KeyNames           = "names"     // members of a result that are names which anybody may give, "." for all: untrusted to read, each as a whole the tool's key
	KeyPassages        = "passages"  // the member of a result that lists retrieved passages; "." is the result itself
)

// Result returns the label of a tool's result from the labels that its spec
// declares and those that the result adds. A result of which nothing is known is
// untrusted and public; a level that is misspelt is read as the strictest. What a
// result adds can only raise what the spec declared.
func Result(spec, added map[string]string) Label {
	out := Label{Integrity: Untrusted}
	if _, ok := spec[KeyIntegrity]; ok {
		out.Integrity = System
	} else if _, ok := added[KeyIntegrity]; ok {
		out.Integrity = System
	}
	return out.Join(Parse(spec)).Join(Parse(added))
}

// Parse reads the well-known keys; a misspelt level is the strictest one.
func Parse(m map[string]string) Label {
	var l Label
	if s, ok := m[KeyIntegrity]; ok {
		_ = l.Integrity.UnmarshalText([]byte(s)) // the strictest on error
	}
	if s, ok := m[KeyConfidentiality]; ok {
		_ = l.Confidentiality.UnmarshalText([]byte(s))
	}
	if s, ok := m[KeyReaders]; ok {
		l.Readers = List(s)
		l.Limited = !slices.Contains(l.Readers, "*")
		if !l.Limited {
			l.Readers = nil
		}
	}
	return l
}

// Check reports the first level in m that is not a level.
func Check(m map[string]string) error {
	var i Integrity
	var c Confidentiality
	if s, ok := m[KeyIntegrity]; ok {
		if err := i.UnmarshalText([]byte(s)); err != nil {
			return err
		}
	}
	if s, ok := m[KeyConfidentiality]; ok {
		return c.UnmarshalText([]byte(s))
	}
	return nil
}

// List splits a comma-separated list: lower case, trimmed, sorted, without repeats.
func List(s string) []string {
	var out []string
	for part := range strings.SplitSeq(s, ",") {
		if part = strings.ToLower(strings.TrimSpace(part)); part != "" {
			out = append(out, part)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}
