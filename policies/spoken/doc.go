// Package spoken reads the numbers, times of day, days, lengths of time, measures and
// shares that people say in words, in English and the other languages of Llama 3.1:
// "half past three", "halb vier", "ढाई सौ", "le 12 au soir", "twelve euros fifty".
//
// A reading is exact, or it is none: what can be meant in two ways has both readings
// where each is plausible ("at three"), and none where a list would be a guess
// ("next Friday" on a Wednesday, "soon", "in spring"). No library that was looked at
// is made so: github.com/markusmobius/go-dateparser and github.com/olebedev/when take
// the likeliest reading, and neither reads the clock in these languages.
package spoken
