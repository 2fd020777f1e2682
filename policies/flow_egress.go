package policies

import (
	"slices"
	"strings"

	"github.com/chaski-dev/chaski/policies/detect"
	"github.com/chaski-dev/chaski/policies/label"
)

// linkNames are arguments that are reached over the network however they are
// spelt: a host without a scheme or a dot carries data out as well as a URL does.
var linkNames = []string{"url", "uri", "link", "host", "hostname", "domain", "endpoint", "webhook", "server", "ip", "addr"}

// fileArguments are parts of the names of arguments in which readme.md is a file.
var fileArguments = []string{"file", "path", "dir", "folder", "name", "doc", "attachment", "title", "module", "package"}

// addressesIn returns the addresses in the value of an argument.
func addressesIn(argument, s string) []string {
	argument = strings.ToLower(argument)
	files := slices.ContainsFunc(fileArguments, func(part string) bool { return strings.Contains(argument, part) })
	found := outside(s, files)
	if len(found) == 0 && strings.TrimSpace(s) != "" && slices.Contains(linkNames, argument) {
		found = []string{strings.ToLower(strings.TrimSpace(s))}
	}
	return found
}

// outside returns the addresses in a text: e-mail addresses, hosts of URLs, and hosts
// alone.
func outside(s string, files bool) []string {
	out := detect.Emails(s)
	for _, u := range detect.URLs(s) {
		if p := detect.Parse(u); p.Valid {
			out = append(out, p.Host)
		} else {
			out = append(out, u)
		}
	}
	for _, h := range detect.Hosts(s, files) {
		if !slices.Contains(out, h) {
			out = append(out, h)
		}
	}
	return out
}

// readers returns whom a recipient argument names: the addresses in it, and every
// part of it that is none, so that a second name does not hide behind an address.
func readers(argument, s string) []string {
	var out []string
	for part := range strings.FieldsFuncSeq(strings.ToLower(s), func(r rune) bool { return strings.ContainsRune(",;\n", r) }) {
		if part = strings.TrimSpace(part); part == "" {
			continue
		}
		found := addressesIn(argument, part)
		if len(found) != 1 || strings.Count(part, "@") > 1 {
			out = append(out, part)
		}
		out = append(out, found...)
	}
	return out
}

// mayNotRead reports whether one of the recipients may not have a value. If nobody
// is named, anybody may come to read it.
func mayNotRead(l label.Label, recipients []string) bool {
	return len(recipients) == 0 || slices.ContainsFunc(recipients, func(to string) bool { return !l.MayRead(to) })
}

// vouch notes the hosts of a text that is the user's or a trusted tool's: links to
// them are no stranger's.
func (r *Run) vouch(text string) {
	for _, l := range detect.Links(text) {
		if l.Host != "" {
			r.hosts[l.Host] = true
		}
	}
}

// foreign returns the links and pictures of a text that are neither the user's nor a
// trusted tool's.
func (r *Run) foreign(text string) []detect.Link {
	return slices.DeleteFunc(detect.Links(text), func(l detect.Link) bool {
		return l.Host != "" && r.hosts[l.Host]
	})
}

// foreignLink is what a rule on an answer may take out beside what detectors find: the
// links and pictures that are neither the user's nor a trusted tool's.
const foreignLink = "link"

// without returns a text with links taken out.
func without(text string, links []detect.Link) string {
	var b strings.Builder
	from := 0
	for _, l := range links {
		b.WriteString(text[from:l.Start])
		b.WriteString("[link removed]")
		from = l.End
	}
	b.WriteString(text[from:])
	return b.String()
}
