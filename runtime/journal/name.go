package journal

import (
	"crypto/rand"
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
