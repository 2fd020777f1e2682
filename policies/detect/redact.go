package detect

import (
	"fmt"
	"regexp"
	"strings"
)

// Vault gives each redacted value a placeholder that is the same wherever the
// value occurs in a run, and turns placeholders back. The zero Vault is empty. Its
// state follows from the texts redacted, in order.
type Vault struct {
	names  map[string]string // kind + value -> placeholder
	values map[string]string // placeholder -> value
	count  map[string]int
}

// Redact replaces the findings of the given kinds. Hidden characters are dropped.
func (v *Vault) Redact(text string, kinds ...string) (string, []Span) {
	return replace(text, kinds, v.name)
}

// Apply is Redact for a vault that must not change: a value that it does not hold
// becomes the name of its kind, such as [CARD], which nothing turns back.
func (v *Vault) Apply(text string, kinds ...string) (string, []Span) {
	return replace(text, kinds, v.known)
}

func (v *Vault) known(kind, value string) string {
	if name := v.Placeholder(kind, value); name != "" {
		return name
	}
	return "[" + strings.ToUpper(kind) + "]"
}

func replace(text string, kinds []string, name func(kind, value string) string) (string, []Span) {
	spans := Find(text, kinds...)
	if len(spans) == 0 {
		return text, nil
	}
	var b strings.Builder
	at := 0
	for _, s := range spans {
		b.WriteString(text[at:s.Start])
		if s.Kind != Hidden {
			b.WriteString(name(s.Kind, text[s.Start:s.End]))
		}
		at = s.End
	}
	b.WriteString(text[at:])
	return b.String(), spans
}

func (v *Vault) name(kind, value string) string {
	if v.names == nil {
		v.names, v.values, v.count = map[string]string{}, map[string]string{}, map[string]int{}
	}
	key := kind + "\x00" + value
	if name, ok := v.names[key]; ok {
		return name
	}
	v.count[kind]++
	name := fmt.Sprintf("[%s_%d]", strings.ToUpper(kind), v.count[kind])
	v.names[key], v.values[name] = name, value
	return name
}

var placeholder = regexp.MustCompile(`\[[A-Z_]+_[0-9]+\]`)

// Reveal turns the run's placeholders in text back; others are left as they are.
func (v *Vault) Reveal(text string) string {
	return placeholder.ReplaceAllStringFunc(text, func(p string) string {
		if value, ok := v.values[p]; ok {
			return value
		}
		return p
	})
}

// Clone returns a copy that can go its own way.
func (v *Vault) Clone() *Vault {
	out := &Vault{names: map[string]string{}, values: map[string]string{}, count: map[string]int{}}
	for k, s := range v.names {
		out.names[k] = s
	}
	for k, s := range v.values {
		out.values[k] = s
	}
	for k, n := range v.count {
		out.count[k] = n
	}
	return out
}

// Placeholder returns the placeholder of a value that was redacted, or "".
func (v *Vault) Placeholder(kind, value string) string { return v.names[kind+"\x00"+value] }
