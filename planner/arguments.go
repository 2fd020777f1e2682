package planner

import (
	"encoding/json"
	"fmt"
	"sync"

	"github.com/chaski-dev/chaski/tools"
	"github.com/chaski-dev/chaski/tools/schema"
)

// validate checks arguments against the tool's schema and fills in its defaults, so
// that a policy decides on what will be run. A schema that cannot be compiled is
// left to the tool's worker.
func (s *State) validate(spec tools.Spec, args json.RawMessage) (json.RawMessage, error) {
	if len(spec.Parameters) == 0 {
		return args, nil
	}
	compiled := compiled(string(spec.Parameters))
	if compiled == nil {
		return args, nil
	}
	args, err := compiled.Check(args)
	if err == nil && s.reads(spec.Name) {
		_, err = s.reading(args)
	}
	return args, err
}

// schemas keeps compiled schemas by their text: what is computed once is the same
// again, so Step stays pure.
var schemas struct {
	sync.Mutex
	m map[string]*schema.Schema
}

// maxSchemas bounds the compiled schemas that are kept.
const maxSchemas = 1024

func compiled(text string) *schema.Schema {
	schemas.Lock()
	s, ok := schemas.m[text]
	schemas.Unlock()
	if ok {
		return s
	}
	s, err := schema.Compile([]byte(text))
	if err != nil {
		s = nil
	}
	schemas.Lock()
	defer schemas.Unlock()
	if schemas.m == nil || len(schemas.m) >= maxSchemas {
		schemas.m = map[string]*schema.Schema{}
	}
	schemas.m[text] = s
	return s
}

// excerpt is a text that was refused, its middle left out where it is long.
func excerpt(s string) string {
	const most = 600
	if len(s) <= most {
		return s
	}
	head, tail := start(s, most*2/3), start(s, len(s)-most/3)
	return fmt.Sprintf("%s(… %d bytes …)%s", s[:head], tail-head, s[tail:])
}
