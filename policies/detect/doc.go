// Package detect finds spans of text that policies care about: secrets, payment
// cards, IBANs, e-mail addresses, phone numbers, national ids, hidden characters,
// text that imitates a chat format, and parsed URLs.
//
// Every detector is a plain function of the text: no model, no state, time linear
// in the text. A detector is a signal for a rule; the labels of values, not
// detectors, are what keeps data where it belongs.
package detect
