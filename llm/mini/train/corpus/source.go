package corpus

import (
	"fmt"
	"hash/crc32"
	"math/rand/v2"
	"strconv"
	"strings"
)

// Source draws random parts. The zero value is not usable: see [NewSource].
type Source struct {
	*rand.Rand
	Held bool // draw held-out entries instead of the training entries

	// Examples is the part of the conversations that are about the examples' tasks.
	Examples float64

	// Pieces are lower-case tokens of the vocabulary, from which words for training are
	// made too; nil before there is one.
	Pieces []string

	// verbs and nouns are the only ones of a conversation's tools, if there are any: then
	// it takes more than the verb, or more than the noun, to choose a tool.
	verbs []action
	nouns []string
}

// NewSource returns a source; the same seed gives the same conversations.
func NewSource(seed uint64, held bool) *Source {
	salt := uint64(1)
	if held {
		salt = 2
	}
	return &Source{Rand: rand.New(rand.NewPCG(seed, salt)), Held: held, Examples: 0.45}
}

// split is the distance of held-out entries in a list.
const split = 5

// draw picks an entry of a split list: held-out entries in held-out sources only.
func draw[T any](s *Source, list []T) T {
	for {
		i := s.IntN(len(list))
		if (i%split == split-1) == s.Held || len(list) < split {
			return list[i]
		}
	}
}

// heldOut says that a word is for evaluation only, which its spelling decides.
func heldOut(w string) bool { return crc32.ChecksumIEEE([]byte(w))%split == split-1 }

// listed picks a word of a list: the same word may stand in several lists.
func listed(s *Source, list []string) string {
	for {
		if w := pick(s, list...); heldOut(w) == s.Held {
			return w
		}
	}
}

// pick draws an entry of a list that is not split.
func pick[T any](s *Source, list ...T) T { return list[s.IntN(len(list))] }

// chance is true with probability p.
func (s *Source) chance(p float64) bool { return s.Float64() < p }

// pieces are what made-up words are put together from: many, so that a piece seldom
// stands twice in a conversation, which would make it unclear what comes after it.
var pieces = func() []string {
	var list []string
	for _, onset := range strings.Fields("b br ch d dr f g gr h j k kl l m n p pl r s sh st t tr v w z") {
		for _, vowel := range strings.Fields("a e i o u") {
			for _, coda := range []string{"", "l", "m", "n", "r", "s", "t", "x"} {
				list = append(list, onset+vowel+coda)
			}
		}
	}
	return list
}()

// word is a made-up word of n pieces. So that everything in the vocabulary is copied now
// and then, some are of pieces of the vocabulary, if the source has it, and some of
// random letters. A fifth of the words, chosen by their spelling, are held out.
func (s *Source) word(n int) string {
	for {
		var b strings.Builder
		switch kind := s.Float64(); {
		case kind < 0.12:
			for range 1 + 2*n {
				b.WriteByte(byte('a' + s.IntN(26)))
			}
		case kind < 0.6 && s.Pieces != nil && !s.Held:
			for range n {
				b.WriteString(pick(s, s.Pieces...))
			}
		default:
			for range n {
				b.WriteString(pick(s, pieces...))
			}
		}
		w := b.String()
		if heldOut(w) == s.Held {
			return w
		}
	}
}

func capital(s string) string { return strings.ToUpper(s[:1]) + s[1:] }

func (s *Source) first() string  { return capital(s.word(2)) }
func (s *Source) person() string { return s.first() + " " + capital(s.word(2+s.IntN(2))) }

func (s *Source) city() string {
	return capital(s.word(1+s.IntN(2)) + pick(s, "ford", "burg", "ville", "ton", "stad", "mouth", "a", "field"))
}

func (s *Source) email() string {
	host := s.word(2) + "." + pick(s, "com", "org", "net", "example", "io")
	return s.word(2) + pick(s, ".", "_", "") + s.word(1+s.IntN(2)) + "@" + host
}

// digits is a number of n digits that does not start with 0.
func (s *Source) digits(n int) string {
	b := make([]byte, n)
	for i := range b {
		b[i] = byte('0' + s.IntN(10))
	}
	if b[0] == '0' {
		b[0] = byte('1' + s.IntN(9))
	}
	return string(b)
}

func (s *Source) code() string {
	letters := "ABCDEFGHJKLMNPQRSTUVWXYZ"
	b := []byte{letters[s.IntN(len(letters))], letters[s.IntN(len(letters))]}
	return string(b) + pick(s, "-", "") + s.digits(3+s.IntN(3))
}

func (s *Source) date() string {
	return fmt.Sprintf("20%02d-%02d-%02d", 24+s.IntN(6), 1+s.IntN(12), 1+s.IntN(28))
}

func (s *Source) clock() string { return fmt.Sprintf("%02d:%02d", s.IntN(24), 5*s.IntN(12)) }

func (s *Source) phone() string {
	return "+" + s.digits(2) + " " + s.digits(3) + " " + s.digits(4+s.IntN(3))
}

func (s *Source) url() string {
	return "https://" + s.word(2) + pick(s, ".com", ".org", ".net", ".example", ".io") + pick(s, "", "/"+s.word(1), "/"+s.word(2)+"/"+s.word(1))
}

func (s *Source) path() string {
	return pick(s, "", s.word(1)+"/", s.word(2)+"/") + s.word(2) + pick(s, ".txt", ".md", ".pdf", ".csv", ".png", ".json")
}

// quantity is a number with its unit.
func (s *Source) quantity() string {
	return s.digits(1+s.IntN(2)) + " " + pick(s, "years", "minutes", "hours", "days", "characters", "people", "metres", "kilos", "litres", "weeks", "months", "units")
}

// money is an amount whose spelling has one form as a JSON number.
func (s *Source) money() string {
	switch s.IntN(3) {
	case 0:
		return strconv.Itoa(1 + s.IntN(2000))
	case 1:
		return fmt.Sprintf("%d.%d", 1+s.IntN(900), 1+s.IntN(9))
	}
	return fmt.Sprintf("%d.%d%d", 1+s.IntN(900), s.IntN(10), 1+s.IntN(9))
}

func (s *Source) thing() string {
	return listed(s, colours) + " " + s.named(listed(s, things))
}

// named is a listed word or, in training and half of the time, a made-up one: a word that
// could be known by heart teaches no copying.
func (s *Source) named(listed string) string {
	if s.Held || s.chance(0.5) {
		return listed
	}
	return s.word(1 + s.IntN(2))
}

// joints are words that stand in any sentence.
var joints = words(`and also then to the a of for with please you I me it is at on so be can will now after that next more
	my your this but or if we they he she in by from as not no yes do did done was are have has had all any some just too
	very well here there when what which who how why once again soon later first last time day thing way one two`)

// noise is a few words that mean nothing, made up or such as stand in any sentence: in
// training they stand around requests, so that words which are not known are passed over,
// and those that are make no request.
func (s *Source) noise() string {
	words := make([]string, 1+s.IntN(1+s.IntN(7)))
	for i := range words {
		words[i] = s.word(1 + s.IntN(2))
		if s.chance(0.35) {
			words[i] = pick(s, joints...)
		}
	}
	return strings.Join(words, " ")
}

// stop is what a sentence may end with.
func (s *Source) stop() string { return pick(s, ".", ".", "!", "?", "", "...", "!!", " :)", ";") }

// noisy is true with probability p, in training only.
func (s *Source) noisy(p float64) bool { return !s.Held && s.chance(p) }

// title is a short free text that has to be copied as it is.
func (s *Source) title() string {
	n := 2 + s.IntN(3)
	words := make([]string, n)
	for i := range words {
		if s.chance(0.5) {
			words[i] = listed(s, things)
		} else {
			words[i] = s.word(1 + s.IntN(3))
		}
	}
	if s.chance(0.5) {
		words[0] = capital(words[0])
	}
	return strings.Join(words, " ")
}
