// Package ground checks the citations of an answer against the passages that were
// retrieved for it.
//
// A sentence is grounded if every number and name in it occurs in what it cites. What a
// sentence cites stands in brackets, in it or behind it: "[prices.md]", "[manual.pdf p. 4]",
// "[a.md, b.md#3]"; sentences without a citation share that of the next one in their
// paragraph. Without any, their numbers and names must occur in something that was read.
// "The documents do not say" has neither, so it is always grounded.
//
// The check reads surfaces and knows nothing of meaning: it finds a figure that is made
// up, not one that is put in the wrong place.
package ground
