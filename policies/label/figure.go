package label

// figures are the numbers of three digits and more that a run's texts have, whoever wrote them.
type figures map[string]struct{}

// Digits of a figure.
const (
	leastFigure = 3
	mostFigure  = 12
)

// Has reports whether any text of the run has a number in figures: not as a part of a longer one.
func (c *Context) Has(digits string) bool {
	_, ok := c.figures[digits]
	return ok
}

// add takes up the numbers of a text, those with signs between groups of three digits both ways: 1,250
// is 250, and 1250 as well.
func (f *figures) add(text string) {
	var whole []byte // of the groups so far
	for i := 0; i < len(text); {
		if !isDigit(text[i]) {
			i++
			continue
		}
		from := i
		for i < len(text) && isDigit(text[i]) {
			i++
		}
		group := text[from:i]
		if len(whole) > 0 && len(group) == 3 && from >= 1 && isGroupSign(text[from-1]) {
			whole = append(whole, group...)
			f.take(string(whole))
		} else {
			whole = append(whole[:0], group...)
		}
		f.take(group)
		if i+1 >= len(text) || !isGroupSign(text[i]) || !isDigit(text[i+1]) {
			whole = whole[:0]
		}
	}
}

func (f *figures) take(digits string) {
	if len(digits) < leastFigure || len(digits) > mostFigure {
		return
	}
	if *f == nil {
		*f = figures{}
	}
	(*f)[digits] = struct{}{}
}

func isDigit(b byte) bool { return b >= '0' && b <= '9' }

func isGroupSign(b byte) bool { return b == ',' || b == '.' || b == '\'' }
