package bus

import (
	"net/url"
	"strings"
)

// schemes are those that a NATS server is named with.
var schemes = []string{"nats://", "tls://", "ws://", "wss://"}

// IsURL reports whether text names NATS servers, and no folder.
func IsURL(text string) bool {
	for _, s := range schemes {
		if strings.HasPrefix(text, s) {
			return true
		}
	}
	return false
}

// Redact returns URLs of NATS servers, separated by commas, without their passwords and
// tokens, for people and logs.
func Redact(urls string) string {
	all := strings.Split(urls, ",")
	for i, text := range all {
		scheme, rest, found := strings.Cut(text, "://")
		if !found {
			scheme, rest = "", text
		}
		at := strings.LastIndex(rest, "@")
		if at < 0 {
			continue
		}
		user, _, password := strings.Cut(rest[:at], ":")
		if name, err := url.PathUnescape(user); !password || err != nil || name == "" { // a token stands where a user would
			user = "xxxxx"
		} else {
			user += ":xxxxx"
		}
		all[i] = user + rest[at:]
		if found {
			all[i] = scheme + "://" + all[i]
		}
	}
	return strings.Join(all, ",")
}
