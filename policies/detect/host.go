package detect

import (
	"net/netip"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/net/idna"
	"golang.org/x/net/publicsuffix"
)

var (
	nameForm = regexp.MustCompile(`[\pL\pN_][\pL\pN\pM_-]*(?:\.[\pL\pN_][\pL\pN\pM_-]*)+`)
	uncForm  = regexp.MustCompile(`(?:\\\\|//)([^\\/\s"'<>|?*@]{1,253})[\\/]`)
	ipv6Form = regexp.MustCompile(`[0-9A-Fa-f]{0,4}(?::[0-9A-Fa-f]{0,4}){2,7}(?:%[0-9A-Za-z]+)?`)
	hexForm  = regexp.MustCompile(`\b0[xX][0-9A-Fa-f]{8}\b`)
)

// closedNames are last labels that no registry gives out and that still are names of
// machines somewhere.
var closedNames = strings.Fields("example test invalid localhost local internal intranet lan corp home private onion alt arpa")

// fileNames are last labels that are registries' and endings of file names as well.
var fileNames = strings.Fields("md sh rs py pl zip mov cc so ps app ai bz mk tf pm pub cs st ml sc")

// Hosts returns the names and numbers of machines written in a text, wherever they
// stand and without a scheme: domains under a registry's ending, also in foreign
// scripts and with wide dots, IP addresses, servers of UNC paths. With files, a word
// such as readme.md is a file's name.
func Hosts(text string, files bool) []string {
	var out []string
	for _, s := range hostSpans(newView(text).text, files) {
		out = append(out, s.name)
	}
	return out
}

type hostSpan struct {
	start, end int
	name       string // lower case, in ASCII form
}

func hostSpans(text string, files bool) []hostSpan {
	var out []hostSpan
	if strings.Contains(text, ".") {
		for _, at := range nameForm.FindAllStringIndex(text, -1) {
			name := strings.TrimRight(text[at[0]:at[1]], "-_")
			if at[0] > 0 && text[at[0]-1] == '@' { // the end of an e-mail address
				continue
			}
			if host, ok := hostName(name, files); ok {
				out = append(out, hostSpan{at[0], at[0] + len(name), host})
			}
		}
	}
	if strings.Contains(text, `\\`) || strings.Contains(text, "//") {
		for _, at := range uncForm.FindAllStringSubmatchIndex(text, -1) {
			out = append(out, hostSpan{at[0], at[1], strings.ToLower(text[at[2]:at[3]])})
		}
	}
	if strings.Count(text, ":") >= 2 {
		for _, at := range ipv6Form.FindAllStringIndex(text, -1) {
			before, _ := utf8.DecodeLastRuneInString(text[:at[0]])
			if ip, err := netip.ParseAddr(text[at[0]:at[1]]); err == nil && ip.Is6() && len(text[at[0]:at[1]]) > 2 && !unicode.IsLetter(before) {
				out = append(out, hostSpan{at[0], at[1], ip.WithZone("").String()})
			}
		}
	}
	if strings.Contains(text, "0x") || strings.Contains(text, "0X") {
		for _, at := range hexForm.FindAllStringIndex(text, -1) {
			if ip, ok := address(text[at[0]:at[1]]); ok {
				out = append(out, hostSpan{at[0], at[1], ip.String()})
			}
		}
	}
	return out
}

// hostName returns the ASCII form of a dotted name, if it names a machine.
func hostName(name string, files bool) (string, bool) {
	labels := strings.Split(strings.ToLower(name), ".")
	last := labels[len(labels)-1]
	if len(labels) == 4 && !slices.ContainsFunc(labels, func(l string) bool { return len(l) > 4 || strings.Trim(l, "0123456789x") != "" }) {
		if ip, ok := address(strings.Join(labels, ".")); ok {
			return ip.Unmap().String(), true
		}
		return "", false
	}
	if first, _ := utf8.DecodeRuneInString(last); unicode.IsDigit(first) || utf8.RuneCountInString(last) < 2 {
		return "", false
	}
	if files && len(labels) == 2 && slices.Contains(fileNames, last) {
		return "", false
	}
	ascii, err := idna.Punycode.ToASCII(strings.ToLower(name))
	if err != nil {
		return "", false
	}
	if i := strings.LastIndexByte(ascii, '.'); i >= 0 {
		last = ascii[i+1:]
	}
	if slices.Contains(closedNames, last) {
		return ascii, true
	}
	if _, managed := publicsuffix.PublicSuffix(last); managed {
		return ascii, true
	}
	return "", false
}

// Link is an address in a text that a reader, or what shows the text, may follow.
type Link struct {
	Start, End int    // in the text; of a picture the whole of it
	URL        string // as written
	Host       string // lower case; "" if it cannot be told
}

var picture = regexp.MustCompile(`!\[[^\]]*\]\(\s*<?([^)\s>]+)[^)]*\)`)

// Links returns the links and pictures of a text, in order and without overlaps.
func Links(text string) []Link {
	v := newView(text)
	var out []Link
	add := func(start, end int, url string) {
		l := Link{URL: strings.TrimRight(url, ".,;:!?)]}")}
		end -= len(url) - len(l.URL)
		if end <= start {
			return
		}
		l.Start, l.End = v.span(start, end)
		if slices.ContainsFunc(out, func(o Link) bool { return l.Start < o.End && o.Start < l.End }) {
			return
		}
		if p := Parse(l.URL); p.Valid {
			l.Host = p.Host
		} else if h := hostSpans(l.URL, false); len(h) > 0 {
			l.Host = h[0].name
		}
		out = append(out, l)
	}
	for _, m := range picture.FindAllStringSubmatchIndex(v.text, -1) {
		l := Link{URL: v.text[m[2]:m[3]]}
		l.Start, l.End = v.span(m[0], m[1])
		if p := Parse(l.URL); p.Valid {
			l.Host = p.Host
		} else if h := hostSpans(l.URL, false); len(h) > 0 {
			l.Host = h[0].name
		}
		out = append(out, l)
	}
	for _, form := range []*regexp.Regexp{urlForm, hostForm} {
		for _, at := range form.FindAllStringIndex(v.text, -1) {
			add(at[0], at[1], v.text[at[0]:at[1]])
		}
	}
	for _, h := range hostSpans(v.text, true) {
		add(h.start, h.end, v.text[h.start:h.end])
	}
	slices.SortFunc(out, func(a, b Link) int { return a.Start - b.Start })
	return out
}
