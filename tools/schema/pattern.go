package schema

import (
	"regexp"
	"strings"
	"time"

	"github.com/dlclark/regexp2"
	"github.com/santhosh-tekuri/jsonschema/v6"
)

// patternTime bounds the search for an expression that Go's engine can't run: such a
// search may take exponential time.
const patternTime = time.Second

// pattern compiles an expression of ECMA-262. Go's engine runs in linear time and is
// taken where it says the same; look-around, \s beyond ASCII and counts over 1,000 are
// another's.
func pattern(text string) (jsonschema.Regexp, error) {
	if !strings.Contains(text, `\s`) && !strings.Contains(text, `\S`) {
		if re, err := regexp.Compile(text); err == nil {
			return re, nil
		}
	}
	re, err := regexp2.Compile(text, regexp2.ECMAScript|regexp2.Unicode)
	if err != nil {
		return nil, err
	}
	re.MatchTimeout = patternTime
	return ecma{re}, nil
}

// ecma is an expression that Go's engine can't run.
type ecma struct{ re *regexp2.Regexp }

// MatchString says whether the expression is found; one that takes too long is not.
func (e ecma) MatchString(s string) bool {
	ok, err := e.re.MatchString(s)
	return ok && err == nil
}

func (e ecma) String() string { return e.re.String() }
