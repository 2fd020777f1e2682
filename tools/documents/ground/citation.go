package ground

import (
	"fmt"
	"maps"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// citation is a pair of brackets that names sources.
type citation struct {
	at, end int
	names   []string
}

// Cites reports whether an answer names a file in brackets.
func Cites(answer string) bool { return len(citations(answer)) > 0 }

// maxCitation bounds the text within brackets, in bytes.
const maxCitation = 300

// citations finds the brackets of a text that name files.
func citations(text string) []citation {
	var out []citation
	for at := 0; at < len(text); {
		open := strings.IndexByte(text[at:], '[')
		if open < 0 {
			break
		}
		open += at
		end := strings.IndexByte(text[open:], ']')
		if end < 0 {
			break
		}
		end += open + 1
		at = end
		if end < len(text) && text[end] == '(' || end-open > maxCitation { // a link
			continue
		}
		inner := text[open+1 : end-1]
		if k := strings.LastIndexByte(inner, '['); k >= 0 { // the innermost
			open += k + 1
			inner = inner[k+1:]
		}
		if names := namesIn(inner); len(names) > 0 {
			out = append(out, citation{open, end, names})
		}
	}
	return out
}

// place is what may follow a file's name: a page, a passage, a section.
var place = regexp.MustCompile(`(?i)^(?:p|pp|pg|page|pages|s|seite|pag|página|pagina|passage|section|§|#)\.?\s*[\d\-–.§]+$`)

// namesIn splits what stands in brackets into names of files; nil if one of them is none.
func namesIn(inner string) []string {
	var out []string
	for part := range strings.FieldsFuncSeq(inner, func(r rune) bool { return r == ',' || r == ';' }) {
		part = strings.TrimSpace(strings.Trim(strings.TrimSpace(part), "`*_\"'"))
		part = strings.TrimSpace(strings.TrimPrefix(strings.TrimPrefix(part, "source:"), "Source:"))
		if part == "" {
			continue
		}
		if place.MatchString(part) && len(out) > 0 {
			out[len(out)-1] += ", " + part
			continue
		}
		if !fileLike(part) {
			return nil
		}
		out = append(out, part)
	}
	return out
}

// fileLike reports whether a text could be the name of a file: it has an extension.
func fileLike(name string) bool {
	file, _ := parse(name)
	ext := path.Ext(file)
	if len(ext) < 2 || len(ext) > 10 || strings.ContainsAny(file, "\n\t") {
		return false
	}
	letters := false
	for _, r := range ext[1:] {
		if r >= '0' && r <= '9' {
			continue
		}
		if r < 'A' || r > 'z' || r > 'Z' && r < 'a' {
			return false
		}
		letters = true
	}
	return letters
}

var (
	pageIn    = regexp.MustCompile(`(?i)[,\s]*(?:\bpp?|\bpg|\bpages?|\bs|\bseite|\bp[áa]g(?:ina)?)\.?\s*(\d+)(?:[\-–](\d+))?$`)
	passageIn = regexp.MustCompile(`(?i)[,\s]*(?:#|\bpassage)\s*(\d+)$`)
	sectionIn = regexp.MustCompile(`(?i)[,\s]*(?:§|\bsection)\s*[\d.§]+$`)
)

// at is a place in a file; 0 is anywhere.
type at struct{ page, last, passage int }

// parse parts a citation into the file and the place in it.
func parse(name string) (file string, a at) {
	file = strings.TrimSpace(name)
	if m := pageIn.FindStringSubmatchIndex(file); m != nil && m[0] > 0 {
		a.page, _ = strconv.Atoi(file[m[2]:m[3]])
		if a.last = a.page; m[4] >= 0 {
			a.last, _ = strconv.Atoi(file[m[4]:m[5]])
		}
		file = file[:m[0]]
	} else if m := passageIn.FindStringSubmatchIndex(file); m != nil && m[0] > 0 {
		a.passage, _ = strconv.Atoi(file[m[2]:m[3]])
		file = file[:m[0]]
	} else if m := sectionIn.FindStringIndex(file); m != nil && m[0] > 0 {
		file = file[:m[0]]
	}
	return strings.TrimSpace(file), a
}

// maxCitations bounds the forms of citations that are listed.
const maxCitations = 1000

// Citations are the ways in which the passages may be cited, sorted, without brackets: by
// the file, with and without its folder, and by the place in it. It is never nil.
func (e *Evidence) Citations() []string {
	forms := map[string]bool{}
	for _, p := range e.Passages {
		for _, name := range []string{p.Source, path.Base(p.Source)} {
			if len(e.find(name)) == 0 || strings.ContainsAny(name, "[]\n") {
				continue
			}
			forms[name] = true
			if p.Page > 0 && len(forms) < maxCitations {
				for _, where := range p.pages() {
					forms[name+" "+where] = true
					forms[name+", "+where] = true
				}
			}
			if p.Number > 0 && len(forms) < maxCitations {
				forms[fmt.Sprintf("%s#%d", name, p.Number)] = true
			}
		}
	}
	return append([]string{}, slices.Sorted(maps.Keys(forms))...)
}

// pages are the ways in which a passage's pages may be cited.
func (p *Passage) pages() []string {
	out := []string{fmt.Sprintf("p. %d", p.Page)}
	if p.Last > p.Page {
		out = append(out, fmt.Sprintf("p. %d", p.Last), fmt.Sprintf("pp. %d-%d", p.Page, p.Last))
	}
	return out
}

// on reports whether a passage stands on one of the pages that are cited.
func (p *Passage) on(a at) bool {
	return a.page == 0 || p.Page == 0 || p.Page <= a.last && a.page <= max(p.Page, p.Last)
}

// find returns the passages that a citation names.
func (e *Evidence) find(name string) []Passage {
	file, a := parse(name)
	low := strings.ToLower(file)
	pick := func(same func(source string) bool) []Passage {
		var out []Passage
		for _, p := range e.Passages {
			if same(strings.ToLower(p.Source)) && p.on(a) && (a.passage == 0 || p.Number == 0 || p.Number == a.passage) {
				out = append(out, p)
			}
		}
		return out
	}
	if out := pick(func(s string) bool { return s == low }); len(out) > 0 {
		return out
	}
	return pick(func(s string) bool { return strings.HasSuffix(s, "/"+low) })
}
