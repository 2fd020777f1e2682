package policies

import (
	"errors"
	"fmt"
	"iter"
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/chaski-dev/chaski/policies/label"
)

// Why an approval is refused.
var (
	ErrApprovalUnknown = errors.New("no approval was asked for this call")
	ErrApprovalTwice   = errors.New("the approval was already answered")
	ErrApprovalLate    = errors.New("the approval has expired")
	ErrApprovalAltered = errors.New("the arguments are not those that were shown")
	ErrApprovalTenant  = errors.New("the approval belongs to another tenant")
)

// DefaultApprovalTTL is how long a request for approval stays open.
const DefaultApprovalTTL = 24 * time.Hour

// Approval is a person's answer.
type Approval struct {
	CallID   string    `json:"call_id"`
	CallHash string    `json:"call_hash"`
	Tenant   string    `json:"tenant,omitempty"`
	Granted  bool      `json:"granted"`
	By       string    `json:"by"`
	At       time.Time `json:"at"`
}

// visible writes what a person would not see, or would take for something else, as
// escapes: hidden characters, and foreign letters in a word of Latin ones.
func visible(s string) string {
	var b strings.Builder
	for word := range splitWords(s) {
		latin := strings.ContainsFunc(word, func(r rune) bool { return unicode.Is(unicode.Latin, r) })
		for _, r := range word {
			switch {
			case r == '\n', r == ' ':
				b.WriteRune(r)
			case !unicode.IsPrint(r) || unicode.Is(unicode.Mn, r),
				latin && unicode.IsLetter(r) && !unicode.Is(unicode.Latin, r),
				latin && r >= 0xFF01 && r <= 0xFF5E:
				b.WriteString(strings.Trim(strconv.QuoteRuneToASCII(r), "'"))
			default:
				b.WriteRune(r)
			}
		}
	}
	return b.String()
}

// splitWords yields runs of letters, and what is between them, in order.
func splitWords(s string) iter.Seq[string] {
	return func(yield func(string) bool) {
		from, in := 0, false
		for i, r := range s {
			if letter := unicode.IsLetter(r) || unicode.Is(unicode.Mn, r) || unicode.Is(unicode.Cf, r); letter != in {
				if i > from && !yield(s[from:i]) {
					return
				}
				from, in = i, letter
			}
		}
		if from < len(s) {
			yield(s[from:])
		}
	}
}

// longID is the id of a call, of which a person needs the beginning only.
var longID = regexp.MustCompile(`\b([0-9a-f]{12})[0-9a-f]{52}\b`)

func from(o label.Origin) string {
	switch o.How {
	case label.HowUser:
		if o.Label.Integrity == label.System {
			return "the system's own words"
		}
		return "the user's own words"
	case label.HowDefault:
		return "the default"
	case label.HowDerived:
		return "worked out from values of the user's or of trusted tools"
	case label.HowHandle, label.HowTool, label.HowStranger:
		return fmt.Sprintf("%s, from %s", o.Label, longID.ReplaceAllString(strings.Join(o.Sources, ", "), "$1"))
	}
	return fmt.Sprintf("%s, made by the model", o.Label)
}

// request is an approval that was asked for.
type request struct {
	hash     string
	expires  time.Time
	answered bool
}

// CheckApproval says whether an answer may be journalled: asked for, once, in time,
// for these arguments, by this tenant.
func (r *Run) CheckApproval(a Approval) error {
	q, ok := r.requests[a.CallID]
	switch {
	case !ok:
		return ErrApprovalUnknown
	case a.Tenant != r.info.Tenant:
		return ErrApprovalTenant
	case a.CallHash != q.hash:
		return ErrApprovalAltered
	case q.answered:
		return ErrApprovalTwice
	case a.At.After(q.expires):
		return ErrApprovalLate
	}
	return nil
}
