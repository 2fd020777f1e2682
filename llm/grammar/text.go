package grammar

import (
	"encoding/binary"
	"encoding/json"
	"fmt"
	"strings"
	"unicode/utf8"
)

// quote writes s as a JSON string in its only form here.
func quote(s string) string {
	plain := utf8.ValidString(s)
	for i := 0; i < len(s) && plain; i++ {
		plain = s[i] >= 0x20 && s[i] != '"' && s[i] != '\\'
	}
	if plain {
		return `"` + s + `"`
	}
	var o strings.Builder
	o.WriteByte('"')
	for _, r := range s {
		o.WriteString(escape(r))
	}
	o.WriteByte('"')
	return o.String()
}

func escape(r rune) string {
	switch r {
	case '"', '\\':
		return `\` + string(r)
	case '\n':
		return `\n`
	case '\r':
		return `\r`
	case '\t':
		return `\t`
	case '\b':
		return `\b`
	case '\f':
		return `\f`
	}
	if r < 0x20 {
		return fmt.Sprintf(`\u%04x`, r)
	}
	return string(r)
}

// class is one character of the ranges, as it is written in a JSON string.
func (b *builder) class(ranges []rune) node {
	var k []byte // not a string of the runes: half of a surrogate is none
	for _, r := range ranges {
		k = binary.LittleEndian.AppendUint32(k, uint32(r))
	}
	key := string(k)
	if n, ok := b.classes[key]; ok {
		return n
	}
	n := b.readClass(ranges)
	if b.classes != nil {
		b.classes[key] = n
	}
	return n
}

func (b *builder) readClass(ranges []rune) node {
	var list []node
	for i := 0; i+1 < len(ranges); i += 2 {
		lo, hi := max(ranges[i], 0), min(ranges[i+1], utf8.MaxRune)
		for ; lo <= hi && lo < 0x80; lo++ {
			list = append(list, b.lit(escape(lo)))
		}
		if lo <= hi {
			list = append(list, b.utf8(lo, hi))
		}
	}
	return b.or(list...)
}

// utf8 is one character from lo to hi, above ASCII, in bytes.
func (b *builder) utf8(lo, hi rune) node {
	var list []node
	for _, last := range []rune{0x7ff, 0xd7ff, 0xffff, utf8.MaxRune} {
		if lo >= 0xd800 && lo < 0xe000 {
			lo = 0xe000
		}
		if lo > hi {
			break
		}
		if lo <= last {
			top := min(hi, last)
			list = append(list, b.sequences([]byte(string(lo)), []byte(string(top))))
			lo = top + 1
		}
	}
	return b.or(list...)
}

func (b *builder) sequences(lo, hi []byte) node {
	if len(lo) == 1 {
		return b.span(lo[0], hi[0], empty)
	}
	if lo[0] == hi[0] {
		return b.span(lo[0], lo[0], b.sequences(lo[1:], hi[1:]))
	}
	n := len(lo) - 1
	least, most := make([]byte, n), make([]byte, n)
	for i := range n {
		least[i], most[i] = 0x80, 0xbf
	}
	list := []node{b.span(lo[0], lo[0], b.sequences(lo[1:], most)), b.span(hi[0], hi[0], b.sequences(least, hi[1:]))}
	if hi[0] > lo[0]+1 {
		list = append(list, b.span(lo[0]+1, hi[0]-1, b.sequences(least, most)))
	}
	return b.or(list...)
}

func (b *builder) char() node {
	if b.charNode == none {
		b.charNode = b.class([]rune{0, utf8.MaxRune})
	}
	return b.charNode
}

func (b *builder) chars() node { return b.repeat(b.char(), 0, far) }

const (
	reDay    = `(?:[0-9]{4}-(?:(?:0[13578]|1[02])-(?:0[1-9]|[12][0-9]|3[01])|(?:0[469]|11)-(?:0[1-9]|[12][0-9]|30)|02-(?:0[1-9]|1[0-9]|2[0-8]))|(?:[0-9]{2}(?:0[48]|[2468][048]|[13579][26])|(?:[02468][048]|[13579][26])00)-02-29)`
	reTime   = `(?:(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](?:\.[0-9]+)?(?:[Zz]|[+-](?:[01][0-9]|2[0-3]):[0-5][0-9])|23:59:60(?:\.[0-9]+)?[Zz])`
	reLabel  = `[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?`
	reOctet  = `(?:25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])`
	reV4     = reOctet + `(?:\.` + reOctet + `){3}`
	reH      = `[0-9A-Fa-f]{1,4}`
	reV6Tail = `(?:` + reH + `:){6}` + reV4 + `|::(?:` + reH + `:){0,5}` + reV4 + `|(?:` + reH + `:){1}:(?:` + reH + `:){0,4}` + reV4 + `|(?:` + reH + `:){2}:(?:` + reH + `:){0,3}` + reV4 + `|(?:` + reH + `:){3}:(?:` + reH + `:){0,2}` + reV4 + `|(?:` + reH + `:){4}:(?:` + reH + `:){0,1}` + reV4 + `|(?:` + reH + `:){5}:(?:` + reH + `:){0,0}` + reV4
	reV6     = `(?:` + reV6Tail + `|(?:` + reH + `:){7}` + reH + `|(?:` + reH + `:){1,7}:|(?:` + reH + `:){1,6}:` + reH + `|(?:` + reH + `:){1,5}(?::` + reH + `){1,2}|(?:` + reH + `:){1,4}(?::` + reH + `){1,3}|(?:` + reH + `:){1,3}(?::` + reH + `){1,4}|(?:` + reH + `:){1,2}(?::` + reH + `){1,5}|` + reH + `:(?::` + reH + `){1,6}|::(?:` + reH + `(?::` + reH + `){0,6})?)`
	reAtom   = "[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
	reLocal  = reAtom + `(?:\.` + reAtom + `)*`
	reDomain = reLabel + `(?:\.` + reLabel + `)*`
	rePtr    = `(?:/(?:[^/~]|~[01])*)*`

	// The same with characters above ASCII.
	reWideAtom  = "[A-Za-z0-9!#$%&'*+/=?^_`{|}~\\x{a1}-\\x{10ffff}-]+"
	reWideLabel = `[A-Za-z0-9\x{a1}-\x{10ffff}](?:[A-Za-z0-9\x{a1}-\x{10ffff}-]{0,61}[A-Za-z0-9\x{a1}-\x{10ffff}])?`
)

// reURI writes the parts of RFC 3986 with the characters of RFC 3987 if it is wide: a
// URI, and a reference relative to one.
func reURI(wide string) (uri, relative string) {
	noColon := `(?:[A-Za-z0-9._~!$&'()*+,;=@` + wide + `-]|%[0-9A-Fa-f]{2})`
	u := `(?:[A-Za-z0-9._~!$&'()*+,;=:@` + wide + `-]|%[0-9A-Fa-f]{2})`
	user := `(?:[A-Za-z0-9._~!$&'()*+,;=:` + wide + `-]|%[0-9A-Fa-f]{2})*`
	host := `(?:(?:[A-Za-z0-9._~!$&'()*+,;=` + wide + `-]|%[0-9A-Fa-f]{2})*|\[` + reV6 + `\])`
	auth := `//(?:` + user + `@)?` + host + `(?::[0-9]{0,5})?(?:/` + u + `*)*`
	rooted := `/(?:` + u + `+(?:/` + u + `*)*)?`
	tail := `(?:\?(?:` + u + `|[/?])*)?(?:#(?:` + u + `|[/?])*)?`
	uri = `[A-Za-z][A-Za-z0-9+.-]*:(?:` + auth + `|` + rooted + `|` + u + `+(?:/` + u + `*)*)?` + tail
	relative = `(?:` + auth + `|` + rooted + `|` + noColon + `+(?:/` + u + `*)*)?` + tail
	return uri, relative
}

// format is what a format allows: an expression, and a bound on the length if it has one.
type format struct {
	pattern string
	max     int32
}

// formats are the formats that are enforced. Those of unenforced are refused, and any
// other is an annotation.
var formats = func() map[string]format {
	uri, relative := reURI("")
	iri, wideRelative := reURI(`\x{a1}-\x{d7ff}\x{f900}-\x{fdcf}\x{fdf0}-\x{ffef}\x{10000}-\x{1fffd}`)
	return map[string]format{
		"date":                  {pattern: reDay},
		"time":                  {pattern: reTime},
		"date-time":             {pattern: reDay + `[Tt]` + reTime},
		"duration":              {pattern: `P(?:[0-9]+W|[0-9]+Y(?:[0-9]+M(?:[0-9]+D)?)?|[0-9]+M(?:[0-9]+D)?|[0-9]+D|(?:[0-9]+Y(?:[0-9]+M(?:[0-9]+D)?)?|[0-9]+M(?:[0-9]+D)?|[0-9]+D)?T(?:[0-9]+H(?:[0-9]+M(?:[0-9]+S)?)?|[0-9]+M(?:[0-9]+S)?|[0-9]+S))`},
		"email":                 {pattern: reLocal + `@` + reDomain, max: 254},
		"idn-email":             {pattern: reWideAtom + `(?:\.` + reWideAtom + `)*@` + reWideLabel + `(?:\.` + reWideLabel + `)*`, max: 254},
		"hostname":              {pattern: reDomain, max: 253},
		"ipv4":                  {pattern: reV4},
		"ipv6":                  {pattern: reV6},
		"uuid":                  {pattern: `[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}`},
		"uri":                   {pattern: uri},
		"uri-reference":         {pattern: `(?:` + uri + `|` + relative + `)`},
		"iri":                   {pattern: iri},
		"iri-reference":         {pattern: `(?:` + iri + `|` + wideRelative + `)`},
		"json-pointer":          {pattern: rePtr},
		"relative-json-pointer": {pattern: `(?:0|[1-9][0-9]*)(?:#|` + rePtr + `)`},
	}
}()

// unenforced are the formats of the specification that no expression describes.
var unenforced = map[string]bool{"idn-hostname": true, "uri-template": true, "regex": true}

// format is the inside of the strings of a format.
func (b *builder) format(name string) (node, error) {
	f := formats[name]
	n, err := b.pattern(`^(?:` + f.pattern + `)$`)
	if err != nil || f.max == 0 {
		return n, err
	}
	list := []node{n, b.repeat(b.char(), 0, f.max)}
	if name == "email" || name == "idn-email" { // at most 64 bytes before the @
		local, err := b.pattern(`^[^@]{1,64}@`)
		if err != nil {
			return none, err
		}
		list = append(list, local)
	}
	return b.and(list...), nil
}

// canonical is the text of v in its only form here.
func canonical(v any) string { return spell(v, "null", "true", "false") }

// pythonic is the same as a literal of Python.
func pythonic(v any) string { return spell(v, "None", "True", "False") }

func spell(v any, null, yes, no string) string {
	switch v := v.(type) {
	case string:
		return quote(v)
	case bool:
		if v {
			return yes
		}
		return no
	case json.Number:
		return v.String()
	case []any:
		list := make([]string, len(v))
		for i, x := range v {
			list[i] = spell(x, null, yes, no)
		}
		return "[" + strings.Join(list, ", ") + "]"
	case *orderedObject:
		list := make([]string, len(v.keys))
		for i, k := range v.keys {
			list[i] = quote(k) + ": " + spell(v.at[k], null, yes, no)
		}
		return "{" + strings.Join(list, ", ") + "}"
	}
	return null
}
