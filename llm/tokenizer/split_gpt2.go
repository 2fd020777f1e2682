package tokenizer

// nextGPT2 cuts by GPT-2's pattern, first match wins:
//
//	's|'t|'re|'ve|'m|'ll|'d
//	 ?\p{L}+
//	 ?\p{N}+
//	 ?[^\s\p{L}\p{N}]+
//	\s+(?!\S)
//	\s+
//
// With digits, each character of \p{N} is cut out first, and the pattern sees what lies
// between: for it the text ends before a digit.
func nextGPT2(s string, i int, digits bool) int {
	if s[i] == '\'' {
		for _, c := range [...]string{"s", "t", "re", "ve", "m", "ll", "d"} {
			if len(s) > i+len(c) && s[i+1:i+1+len(c)] == c {
				return i + 1 + len(c)
			}
		}
	}
	c, n := at(s, i)
	next := i + n
	if s[i] == ' ' && next < len(s) {
		if k, _ := at(s, next); k == letter || k == other || k == number && !digits {
			return run(s, next, k)
		}
	}
	switch {
	case c == number && digits:
		return next
	case c == letter || c == number || c == other:
		return run(s, next, c)
	}
	end, last := i, i
	for end < len(s) {
		k, n := at(s, end)
		if k != space && k != newline {
			if k == number && digits {
				return end
			}
			if last > i {
				return last
			}
			return end
		}
		last, end = end, end+n
	}
	return end
}
