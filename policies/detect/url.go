package detect

import (
	"net/netip"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/net/idna"
)

// URL is what egress rules look at. Host is lower case, in ASCII (punycode) form,
// without port or trailing dot.
type URL struct {
	Valid    bool   `expr:"valid" json:"valid"`
	Scheme   string `expr:"scheme" json:"scheme"`
	Host     string `expr:"host" json:"host"`
	Port     string `expr:"port" json:"port"`
	Path     string `expr:"path" json:"path"`
	Userinfo bool   `expr:"userinfo" json:"userinfo"` // user@ before the host: often there to mislead
	IDN      bool   `expr:"idn" json:"idn"`           // the host is not plain ASCII
	IP       bool   `expr:"ip" json:"ip"`             // the host is an address, in any spelling
	Private  bool   `expr:"private" json:"private"`   // loopback, private, link-local, or a local name
}

// Parse reads a URL as a browser would reach it. What cannot be parsed is not
// Valid, and Private: a rule that forgets to look at Valid still refuses it.
func Parse(raw string) URL {
	bad := URL{Private: true}
	if len(raw) > 8192 || strings.ContainsAny(raw, "\\\t\r\n\x00") || strings.TrimSpace(raw) != raw {
		return bad
	}
	u, err := url.Parse(raw)
	if err != nil || u.Host == "" || u.Hostname() == "" {
		return bad
	}
	out := URL{Valid: true, Scheme: strings.ToLower(u.Scheme), Port: u.Port(), Path: u.EscapedPath(), Userinfo: u.User != nil}
	host := strings.TrimSuffix(strings.ToLower(u.Hostname()), ".")
	ascii, err := idna.Lookup.ToASCII(host)
	if ip, ok := address(host); ok {
		ip = ip.Unmap()
		out.Host, out.IP = ip.WithZone("").String(), true
		out.Private = !public(ip)
		return out
	}
	if err != nil || ascii == "" {
		return bad
	}
	out.IDN = ascii != host || strings.Contains(ascii, "xn--")
	out.Host = ascii
	if ip, ok := address(ascii); ok { // full-width digits and the like
		out.Host, out.IP, out.Private = ip.Unmap().String(), true, !public(ip.Unmap())
		return out
	}
	if last := ascii[strings.LastIndexByte(ascii, '.')+1:]; strings.Trim(last, "0123456789") == "" {
		return bad // ends in a number and is no address: readers differ on what it means
	}
	out.Private = ascii == "localhost" || !strings.Contains(ascii, ".")
	for _, end := range []string{".localhost", ".local", ".internal", ".lan", ".home.arpa", ".intranet", ".corp"} {
		out.Private = out.Private || strings.HasSuffix(ascii, end)
	}
	return out
}

// closed are ranges beyond Go's own notion of private that no public host has: shared
// and benchmarking addresses, protocol assignments, reserved space, and IPv6 forms that
// carry or once carried something else.
var closed = []netip.Prefix{
	netip.MustParsePrefix("0.0.0.0/8"), netip.MustParsePrefix("100.64.0.0/10"), netip.MustParsePrefix("192.0.0.0/24"),
	netip.MustParsePrefix("198.18.0.0/15"), netip.MustParsePrefix("240.0.0.0/4"), netip.MustParsePrefix("::/96"),
	netip.MustParsePrefix("2001::/32"), netip.MustParsePrefix("fec0::/10"), netip.MustParsePrefix("100::/64"),
}

// public reports whether an address is one of the Internet. IPv6 forms that carry
// an IPv4 address are judged by that address.
func public(ip netip.Addr) bool {
	if b := ip.As16(); ip.Is6() {
		switch {
		case b[0] == 0x20 && b[1] == 0x02: // 6to4
			return public(netip.AddrFrom4([4]byte(b[2:6])))
		case b[0] == 0 && b[1] == 0x64 && b[2] == 0xff && b[3] == 0x9b: // NAT64
			return public(netip.AddrFrom4([4]byte(b[12:16])))
		}
	}
	return ip.IsGlobalUnicast() && !ip.IsPrivate() && !slices.ContainsFunc(closed, func(p netip.Prefix) bool { return p.Contains(ip) })
}

// address reads an IP address, also in the spellings that resolvers accept: one to
// four parts, each decimal, octal or hexadecimal.
func address(host string) (netip.Addr, bool) {
	if ip, err := netip.ParseAddr(host); err == nil {
		return ip, true
	}
	parts := strings.Split(host, ".")
	if len(parts) > 4 {
		return netip.Addr{}, false
	}
	var n uint64
	for i, p := range parts {
		if p == "" || p[0] < '0' || p[0] > '9' || strings.Contains(p, "_") {
			return netip.Addr{}, false
		}
		v, err := strconv.ParseUint(p, 0, 32)
		if err != nil {
			if v, err = strconv.ParseUint(p, 10, 32); err != nil {
				return netip.Addr{}, false
			}
		}
		if i < len(parts)-1 {
			if v > 255 {
				return netip.Addr{}, false
			}
			n = n<<8 | v
			continue
		}
		left := 8 * (5 - len(parts))
		if v >= 1<<left {
			return netip.Addr{}, false
		}
		n = n<<left | v
	}
	return netip.AddrFrom4([4]byte{byte(n >> 24), byte(n >> 16), byte(n >> 8), byte(n)}), true
}

var (
	urlForm  = regexp.MustCompile(`(?i)\b(?:[a-z][a-z0-9+.-]{1,20}://|(?:data|https?|ftp|file):)[^\s"'<>]+`)
	hostForm = regexp.MustCompile(`(?i)(?:(?:[\pL\pN-]+\.)+\pL{2,24}|\b\d{1,3}(?:\.\d{1,3}){3})(?::\d{1,5})?/[^\s"'<>]*`)
)

// URLs returns the URLs written in text, also those without a scheme.
func URLs(text string) []string {
	text = newView(text).text
	out := urlForm.FindAllString(text, -1)
	for _, h := range hostForm.FindAllString(urlForm.ReplaceAllString(text, " "), -1) {
		out = append(out, "https://"+h)
	}
	for i := range out {
		out[i] = strings.TrimRight(out[i], ".,;:!?)]}")
	}
	return out
}

// Emails returns the e-mail addresses written in text, in lower case, as a reader
// sees them.
func Emails(text string) []string {
	v := newView(text)
	var out []string
	emails(v.text, func(start, end int) { out = append(out, strings.ToLower(v.text[start:end])) })
	return out
}
