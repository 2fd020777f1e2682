package grammar

import (
	"fmt"
	"strings"
	"testing"
)

// TestManyMembers: the cost of writing all members of an object is linear in their number:
// expressions, memory and work are counted, so a busy machine changes nothing. Objects with
// members of any order and names, required or not, with some that are not declared.
func TestManyMembers(t *testing.T) {
	v := wideVocab()
	mask := NewBitset(v.Size())
	for _, kind := range []string{"required", "optional", "undeclared"} {
		per := map[int]int64{}
		for _, n := range []int{50, 100, 200, 400} {
			var props, names, text []string
			for i := range n {
				name := fmt.Sprintf("member_%d_%c", i*7919%1000, 'a'+i%26)
				props = append(props, fmt.Sprintf(`%q: {"type": "integer"}`, name))
				names = append(names, fmt.Sprintf("%q", name))
				text = append(text, fmt.Sprintf(`%q: %d`, name, i))
			}
			schema := `{"type": "object", "additionalProperties": false, "properties": {` + strings.Join(props, ",") + `}`
			switch kind {
			case "required":
				schema += `, "required": [` + strings.Join(names, ",") + `]`
			case "undeclared":
				schema = `{"type": "object", "additionalProperties": {"type": "integer"}`
			}
			g, err := CompileSchema([]byte(schema+"}"), Options{})
			if err != nil {
				t.Fatal(err)
			}
			const most = 1 << 40
			g.b.work = most
			m := g.NewMatcher(v)
			all := "{" + strings.Join(text, ", ") + "}"
			for i := range len(all) {
				if err := m.MaskWithin(mask, 1<<20); err != nil || !mask.Has(int32(all[i])) {
					t.Fatalf("%s %d: after %d bytes %q is not in the mask: %v", kind, n, i, all[i], err)
				}
				if err := m.Accept(int32(all[i])); err != nil {
					t.Fatal(err)
				}
			}
			if !m.CanEnd() || g.epoch > 0 {
				t.Errorf("%s %d: ended: %v, started afresh %d times", kind, n, m.CanEnd(), g.epoch)
			}
			per[n] = (most - g.b.work) / int64(n)
			t.Logf("%s, %d members: for each %d units of work, %d expressions, %d bytes", kind, n, per[n], int(g.b.count-g.base)/n, (g.b.used-g.spent)/int64(n))
		}
		if per[400] > 3*per[50] {
			t.Errorf("%s: %d units of work for each of 400 members, %d for each of 50", kind, per[400], per[50])
		}
	}
}
