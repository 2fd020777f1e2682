package journal

import (
	"cmp"
	"crypto/rand"
	"strings"
	"time"
)

// NewRun returns a name for a run that nobody guesses. Names stand in the order of time, to
// the thirty thousandth part of a second.
func NewRun() string { return nameAt(time.Now(), rand.Text()) }

// digits are those of a name, in the order of their bytes.
const digits = "234567ABCDEFGHIJKLMNOPQRSTUVWXYZ"

// nameAt is the second, the part of it in three digits, and seven digits of chance.
func nameAt(at time.Time, chance string) string {
	at = at.UTC()
	part := at.Nanosecond() >> 5 * 32768 / (1e9 >> 5)
	return at.Format("20060102-150405-") + string([]byte{digits[part>>10], digits[part>>5&31], digits[part&31]}) + chance[:7]
}

// CompareRuns orders names of runs: by their parts between dashes, of which numbers come
// first, in the order of their values. Turn X-2 of a conversation stands before X-10.
func CompareRuns(a, b string) int {
	for {
		partA, restA, moreA := strings.Cut(a, "-")
		partB, restB, moreB := strings.Cut(b, "-")
		if c := compareParts(partA, partB); c != 0 {
			return c
		}
		switch {
		case !moreA && !moreB:
			return strings.Compare(a, b) // 2 and 02
		case !moreA:
			return -1
		case !moreB:
			return 1
		}
		a, b = restA, restB
	}
}

func compareParts(a, b string) int {
	numA, numB := isNumber(a), isNumber(b)
	switch {
	case numA && numB:
		a, b = strings.TrimLeft(a, "0"), strings.TrimLeft(b, "0")
		return cmp.Or(cmp.Compare(len(a), len(b)), strings.Compare(a, b))
	case numA:
		return -1
	case numB:
		return 1
	}
	return strings.Compare(a, b)
}

// isNumber says that a part is a number; the part of a name that is chance never is.
func isNumber(s string) bool { return s != "" && len(s) < 10 && strings.Trim(s, "0123456789") == "" }
