package grammar

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
)

// References name schemas by the document that they are in, by an identifier within it, by an
// anchor or by a pointer. A schema with an identifier is a document of its own: what stands in
// it refers from there, and its anchors are its own.

// index finds the anchors and identifiers below v, which is in the document base.
func (c *compiler) index(v any, path, base string) {
	switch v := v.(type) {
	case *orderedObject:
		base = c.identified(v, path, base)
		for _, k := range []string{"$anchor", "$dynamicAnchor"} {
			if a, ok := v.at[k].(string); ok {
				c.name(base+"#"+a, v, path)
			}
		}
		for _, k := range v.keys {
			switch at := path + "/" + pointer(k); {
			case holdsSchemas[k]:
				if named, ok := v.at[k].(*orderedObject); ok {
					for _, name := range named.keys {
						c.index(named.at[name], at+"/"+pointer(name), base)
					}
				}
			case keywords[k] || beside[k] || holdsSchema[k]:
				if k != "enum" && k != "const" {
					c.index(v.at[k], at, base)
				}
			}
		}
	case []any:
		for i, x := range v {
			c.index(x, fmt.Sprintf("%s/%d", path, i), base)
		}
	}
}

// identified names a schema by its identifier, and gives the document that what stands in it
// belongs to: its own, if it has an identifier without a fragment.
func (c *compiler) identified(o *orderedObject, path, base string) string {
	if _, hidden := o.at["$ref"]; hidden && c.old {
		return base
	}
	for _, k := range []string{"$id", "id"} {
		id, ok := o.at[k].(string)
		if !ok {
			continue
		}
		to := absolute(base, id)
		c.name(to, o, path)
		if k == "$id" && !strings.Contains(to, "#") {
			c.documents[path] = to
			base = to
		}
	}
	return base
}

// name names a schema: the first of a name has it.
func (c *compiler) name(name string, o *orderedObject, path string) {
	if _, dup := c.names[name]; !dup {
		c.names[name] = item{s: o, path: path}
	}
}

// holdsSchemas are the keywords whose members are schemas by name, holdsSchema are others
// that hold one or a list. What an unknown keyword holds is no schema.
var (
	holdsSchemas = map[string]bool{"$defs": true, "definitions": true, "properties": true, "patternProperties": true, "dependentSchemas": true, "dependencies": true}
	holdsSchema  = map[string]bool{"unevaluatedItems": true, "unevaluatedProperties": true, "contentSchema": true, "extends": true}
)

func pointer(k string) string {
	return strings.ReplaceAll(strings.ReplaceAll(k, "~", "~0"), "/", "~1")
}

// base is the identifier of the whole document, which its schemas may say.
func (c *compiler) base() string {
	if root, ok := c.root.(*orderedObject); ok {
		for _, k := range []string{"$id", "id"} {
			if id, ok := root.at[k].(string); ok && id != "" {
				return strings.TrimSuffix(id, "#")
			}
		}
	}
	return ""
}

// document is that to which the schema at a path belongs.
func (c *compiler) document(path string) string {
	for path != "" {
		if id, ok := c.documents[path]; ok {
			return id
		}
		path = path[:max(0, strings.LastIndexByte(path, '/'))]
	}
	return c.base()
}

// absolute is what a reference says beside a document's identifier, without an empty fragment.
func absolute(base, ref string) string {
	from, err := url.Parse(base)
	if err != nil {
		return ref
	}
	to, err := from.Parse(ref)
	if err != nil {
		return ref
	}
	return strings.TrimSuffix(to.String(), "#")
}

// metaschema says that a reference is to a document that every validator has, and of which no
// grammar is made.
func metaschema(ref string) bool {
	rest, ok := strings.CutPrefix(ref, "http://json-schema.org/")
	if !ok {
		rest, ok = strings.CutPrefix(ref, "https://json-schema.org/")
	}
	name, _, _ := strings.Cut(rest, "#")
	return ok && (slices.Contains([]string{"draft-04/schema", "draft-06/schema", "draft-07/schema", "draft/2019-09/schema", "draft/2020-12/schema"}, name))
}

// resolve finds what a reference of the schema at a path names. What is not in the document of
// that schema is looked for in the whole one, for many give identifiers to their properties.
func (c *compiler) resolve(ref, at string) (item, error) {
	it, err := c.resolveFrom(c.document(at), ref, at)
	if err != nil {
		if other, err := c.resolveFrom(c.base(), ref, at); err == nil {
			return other, nil
		}
	}
	return it, err
}

func (c *compiler) resolveFrom(base, ref, at string) (item, error) {
	place, fragment, _ := strings.Cut(ref, "#")
	doc, _, _ := strings.Cut(base, "#")
	if place != "" {
		doc = absolute(doc, place)
	}
	from, ok := c.names[doc]
	switch {
	case doc == strings.TrimSuffix(c.base(), "#"):
		from = item{s: c.root}
	case ok:
	case metaschema(doc):
		return item{}, &Error{"$ref", at, fmt.Sprintf("no grammar is made of the metaschema %q", ref), ErrUnsupported}
	default:
		return item{}, &Error{"$ref", at, fmt.Sprintf("nothing is named %q here", ref), ErrSchema}
	}
	if fragment == "" {
		return from, nil
	}
	if fragment[0] != '/' {
		if it, ok := c.names[doc+"#"+fragment]; ok {
			return it, nil
		}
		return item{}, &Error{"$ref", at, fmt.Sprintf("nothing is named %q here", ref), ErrSchema}
	}
	v, path, ok := from.s, from.path, true
	for part := range strings.SplitSeq(fragment[1:], "/") {
		key := strings.ReplaceAll(strings.ReplaceAll(unpercent(part), "~1", "/"), "~0", "~")
		path += "/" + pointer(key)
		switch x := v.(type) {
		case *orderedObject:
			v, ok = x.at[key]
		case []any:
			var i int
			_, err := fmt.Sscanf(key, "%d", &i)
			if ok = err == nil && i >= 0 && i < len(x); ok {
				v = x[i]
			}
		default:
			ok = false
		}
		if !ok {
			return item{}, &Error{"$ref", at, fmt.Sprintf("%q points nowhere", ref), ErrSchema}
		}
	}
	return item{s: v, path: path}, nil
}

func unpercent(s string) string {
	var o []byte
	for i := 0; i < len(s); i++ {
		var c byte
		if s[i] == '%' && i+2 < len(s) {
			if _, err := fmt.Sscanf(s[i+1:i+3], "%02x", &c); err == nil {
				o = append(o, c)
				i += 2
				continue
			}
		}
		o = append(o, s[i])
	}
	return string(o)
}
