package schema

import (
	"encoding/json"
	"errors"
	"fmt"
	"math/big"
	"strconv"
	"strings"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/santhosh-tekuri/jsonschema/v6/kind"
)

// ErrInvalid is wrapped by every [*Invalid].
var ErrInvalid = errors.New("the value does not satisfy the schema")

// Invalid lists what is wrong with a document, for whoever must repair it.
type Invalid struct {
	Problems []Problem // at least one, at most maxProblems
	More     int       // problems left out
}

// Problem is one violation.
type Problem struct {
	Path    string // such as $.city or $.items[2].price; $ is the whole document
	Message string // what was expected and what was given
}

const maxProblems = 8

func (e *Invalid) Error() string {
	var b strings.Builder
	for i, p := range e.Problems {
		if i > 0 {
			b.WriteString("; ")
		}
		b.WriteString(p.Path + ": " + p.Message)
	}
	if e.More > 0 {
		fmt.Fprintf(&b, "; and %d more", e.More)
	}
	return b.String()
}

// Unwrap makes the error an [ErrInvalid].
func (e *Invalid) Unwrap() error { return ErrInvalid }

func explain(err error, doc any) error {
	var v *jsonschema.ValidationError
	if !errors.As(err, &v) {
		return fmt.Errorf("%w: %w", ErrInvalid, err)
	}
	out := &Invalid{}
	collect(v, doc, out)
	return out
}

func (e *Invalid) add(path []string, doc any, message string) {
	if len(e.Problems) == maxProblems {
		e.More++
		return
	}
	e.Problems = append(e.Problems, Problem{pathOf(path, doc), message})
}

// collect walks to the leaves. Alternatives become one problem: a list of every
// branch that failed helps nobody.
func collect(v *jsonschema.ValidationError, doc any, out *Invalid) {
	given := at(doc, v.InstanceLocation)
	switch k := v.ErrorKind.(type) {
	case *kind.AnyOf, *kind.OneOf:
		if one, ok := k.(*kind.OneOf); ok && len(one.Subschemas) > 0 {
			out.add(v.InstanceLocation, doc, fmt.Sprintf("%s satisfies more than one of the allowed forms; exactly one was expected", excerpt(given)))
			return
		}
		out.add(v.InstanceLocation, doc, alternatives(v, doc, given))
		return
	case *kind.Not:
		out.add(v.InstanceLocation, doc, fmt.Sprintf("%s is not allowed here", excerpt(given)))
		return
	}
	if len(v.Causes) == 0 {
		out.add(v.InstanceLocation, doc, message(v.ErrorKind, given))
		return
	}
	for _, cause := range v.Causes {
		collect(cause, doc, out)
	}
}

func alternatives(v *jsonschema.ValidationError, doc, given any) string {
	var parts []string
	for _, cause := range v.Causes {
		branch := &Invalid{}
		collect(cause, doc, branch)
		if len(branch.Problems) > 0 && len(parts) < 3 {
			p := branch.Problems[0]
			parts = append(parts, "("+p.Path+": "+p.Message+")")
		}
	}
	return fmt.Sprintf("%s fits none of the allowed forms: %s", excerpt(given), strings.Join(parts, " or "))
}

func message(k jsonschema.ErrorKind, given any) string {
	expected := func(what string) string { return fmt.Sprintf("expected %s, got %s", what, excerpt(given)) }
	switch k := k.(type) {
	case *kind.Type:
		return expected(article(k.Want)) + typeOf(given)
	case *kind.Required:
		return "missing required " + plural("property", "properties", k.Missing)
	case *kind.AdditionalProperties:
		return "unknown " + plural("property", "properties", k.Properties) + "; remove it or use a declared name"
	case *kind.FalseSchema:
		return "no value is allowed here"
	case *kind.Enum:
		var want []string
		for _, w := range k.Want {
			want = append(want, excerpt(w))
		}
		return expected("one of " + strings.Join(want, ", "))
	case *kind.Const:
		return expected(excerpt(k.Want))
	case *kind.Minimum:
		return expected("a number of at least " + number(k.Want))
	case *kind.Maximum:
		return expected("a number of at most " + number(k.Want))
	case *kind.ExclusiveMinimum:
		return expected("a number greater than " + number(k.Want))
	case *kind.ExclusiveMaximum:
		return expected("a number less than " + number(k.Want))
	case *kind.MultipleOf:
		return expected("a multiple of " + number(k.Want))
	case *kind.MinLength:
		return expected(fmt.Sprintf("at least %d characters", k.Want))
	case *kind.MaxLength:
		return expected(fmt.Sprintf("at most %d characters", k.Want))
	case *kind.Pattern:
		return expected("text that matches " + k.Want)
	case *kind.Format:
		return expected("the format " + k.Want)
	case *kind.MinItems:
		return fmt.Sprintf("expected at least %d items, got %d", k.Want, k.Got)
	case *kind.MaxItems:
		return fmt.Sprintf("expected at most %d items, got %d", k.Want, k.Got)
	case *kind.UniqueItems:
		return fmt.Sprintf("items %d and %d are equal; all must differ", k.Duplicates[0], k.Duplicates[1])
	case *kind.MinProperties:
		return fmt.Sprintf("expected at least %d properties, got %d", k.Want, k.Got)
	case *kind.MaxProperties:
		return fmt.Sprintf("expected at most %d properties, got %d", k.Want, k.Got)
	case *kind.DependentRequired:
		return fmt.Sprintf("with %q, also expected %s", k.Prop, plural("property", "properties", k.Missing))
	case *kind.PropertyNames:
		return fmt.Sprintf("the property name %q is not allowed", k.Property)
	}
	return fmt.Sprintf("the rule %q does not hold for %s", strings.Join(k.KeywordPath(), "/"), excerpt(given))
}

func number(r *big.Rat) string {
	f, exact := r.Float64()
	if !exact && r.IsInt() {
		return r.Num().String()
	}
	return strconv.FormatFloat(f, 'g', -1, 64)
}

func article(types []string) string {
	words := make([]string, len(types))
	for i, t := range types {
		switch t {
		case "array", "object", "integer":
			words[i] = "an " + t
		case "null":
			words[i] = t
		default:
			words[i] = "a " + t
		}
	}
	return strings.Join(words, " or ")
}

func typeOf(v any) string {
	switch v.(type) {
	case string:
		return " (a string)"
	case json.Number:
		return " (a number)"
	case bool:
		return " (a boolean)"
	}
	return ""
}

func plural(one, many string, names []string) string {
	quoted := make([]string, len(names))
	for i, n := range names {
		quoted[i] = strconv.Quote(n)
	}
	if len(names) == 1 {
		return one + " " + quoted[0]
	}
	return many + " " + strings.Join(quoted, ", ")
}

func at(doc any, path []string) any {
	for _, step := range path {
		switch d := doc.(type) {
		case map[string]any:
			doc = d[step]
		case []any:
			i, err := strconv.Atoi(step)
			if err != nil || i < 0 || i >= len(d) {
				return nil
			}
			doc = d[i]
		}
	}
	return doc
}

func pathOf(path []string, doc any) string {
	var b strings.Builder
	b.WriteByte('$')
	for i, step := range path {
		if _, inArray := at(doc, path[:i]).([]any); inArray {
			b.WriteString("[" + step + "]")
		} else {
			b.WriteString("." + step)
		}
	}
	return b.String()
}
