package grammar

import (
	"errors"
	"fmt"
	"runtime"
	"runtime/debug"
	"runtime/metrics"
	"strings"
	"sync"
	"testing"
	"time"
)

// hostile are schemas that a stranger sends to use up a machine.
func hostile() map[string]string {
	list := func(n int, format string) string {
		parts := make([]string, n)
		for i := range parts {
			parts[i] = fmt.Sprintf(format, i)
		}
		return strings.Join(parts, ",")
	}
	nest := `{"type": "string", "maxLength": 50}`
	for range 12 {
		nest = `{"type": "array", "minItems": 30, "maxItems": 60, "items": ` + nest + `}`
	}
	return map[string]string{
		"nested bounded arrays":   nest,
		"nested bounded repeats":  `{"type": "string", "pattern": "^(((a{1,60}b?){1,60}c?){1,60}d?){1,60}$", "maxLength": 4000}`,
		"an enum of hex":          `{"enum": [` + list(30000, `"%08x"`) + `]}`,
		"a long enum":             `{"enum": [` + list(400, `"`+strings.Repeat("x", 2000)+`%d"`) + `]}`,
		"branches of oneOf":       `{"oneOf": [` + list(40, `{"type": "object", "properties": {"k%d": {"type": "string"}}, "required": ["k0"]}`) + `]}`,
		"open branches of oneOf":  `{"oneOf": [` + list(9, `{"type": "object", "properties": {"k%[1]d": {"type": "string"}}, "required": ["k%[1]d"]}`) + `]}`,
		"values of oneOf":         `{"oneOf": [` + list(2000, `{"const": %d}`) + `]}`,
		"all of many anyOf":       `{"allOf": [` + list(14, `{"anyOf": [{"required": ["a%[1]d"]}, {"required": ["b%[1]d"]}, {"minProperties": %[1]d}]}`) + `]}`,
		"an intersection":         `{"type": "string", "allOf": [{"pattern": "(a|b)*a(a|b){14}$"}, {"pattern": "(a|b)*b(a|b){15}$"}, {"pattern": "(a|b)*a(a|b){16}c$"}], "minLength": 100}`,
		"a long pattern":          `{"type": "string", "pattern": "^(` + strings.Repeat("[a-z]+x|", 3000) + `y)*$"}`,
		"deep recursion":          `{"$ref": "#/$defs/d0", "$defs": {` + list(120, `"d%[1]d": {"type": "object", "properties": {"a": {"$ref": "#/$defs/d0"}, "b": {"type": "array", "items": {"$ref": "#/$defs/d%[1]d"}}}}`) + `}}`,
		"many definitions":        `{"anyOf": [` + list(800, `{"type": "object", "properties": {"p%[1]d": {"type": "string", "format": "uri"}, "q": {"const": %[1]d}}, "required": ["p%[1]d", "q"]}`) + `]}`,
		"multiples":               `{"allOf": [{"multipleOf": 997}, {"multipleOf": 991}, {"not": {"multipleOf": 983}}, {"minimum": 10}]}`,
		"patterns of the members": `{"type": "object", "patternProperties": {` + list(9, `"(a|b){%d}c": {"type": "string", "pattern": "x.{9}y"}`) + `}}`,
	}
}

// verdict compiles a schema and writes under its masks for a while. It gives the error,
// the work and the memory, as they are counted.
func verdict(schema string, v *Vocab, o Options) (string, *Grammar) {
	b := o.builder()
	var g *Grammar
	var left int64
	err := guard(func() error {
		n, err := compileInto(b, []byte(schema), o)
		if err == nil {
			left = b.work
			g = newGrammar(b, n)
		}
		return err
	})
	if err != nil {
		return fmt.Sprintf("%v, %d units of work left, %d bytes", err, b.work, b.used), nil
	}
	said := fmt.Sprintf("%d units of work left, %d bytes, %d expressions, checked %v", left, b.used, b.count, g.Checked())
	m, mask := g.NewMatcher(v), NewBitset(v.Size())
	for i := range 300 {
		err := m.Mask(mask)
		if err != nil && !errors.Is(err, ErrTooLarge) {
			return err.Error(), g
		}
		ids := mask.IDs(nil)
		if err != nil || len(ids) == 0 || m.Accept(ids[i*7919%len(ids)]) != nil {
			break
		}
	}
	return said + fmt.Sprintf(", wrote %q", m.text), g
}

// TestMemoryOfOne: no schema takes more than 256 MiB, compiled or refused, with the states
// that are met under its masks. What lives is looked at while the collector is kept busy.
func TestMemoryOfOne(t *testing.T) {
	if testing.Short() {
		t.Skip("the schemas take some seconds of a processor at their limits")
	}
	v := wideVocab()
	defer debug.SetGCPercent(debug.SetGCPercent(40))
	live := []metrics.Sample{{Name: "/memory/classes/heap/objects:bytes"}}
	read := func() uint64 {
		metrics.Read(live)
		return live[0].Value.Uint64()
	}
	for name, schema := range hostile() {
		runtime.GC()
		before, most := read(), uint64(0)
		stop, done := make(chan bool), make(chan bool)
		go func() {
			defer close(done)
			for {
				select {
				case <-stop:
					return
				default:
					most = max(most, read())
					time.Sleep(time.Millisecond)
				}
			}
		}()
		said, g := verdict(schema, v, Options{})
		close(stop)
		<-done
		peak := int64(max(most, read())) - int64(before)
		runtime.KeepAlive(g)
		t.Logf("%s: %d MiB: %.150s", name, peak>>20, said)
		if peak > 256<<20 {
			t.Errorf("%s: %d MiB", name, peak>>20)
		}
	}
}

// TestLoad: a schema has one verdict, whatever else the machine does: the same error or
// grammar, for the same work and memory, alone and beside twenty goroutines that are busy.
func TestLoad(t *testing.T) {
	v, limits := wideVocab(), Options{MaxWork: 5e5, MaxMemory: 4 << 20}
	alone := map[string]string{}
	for name, schema := range hostile() {
		alone[name], _ = verdict(schema, v, limits)
	}
	var wg sync.WaitGroup
	stop := make(chan bool)
	for range 20 {
		wg.Go(func() {
			for n := 0; ; n++ {
				select {
				case <-stop:
					return
				default:
				}
			}
		})
	}
	defer wg.Wait()
	defer close(stop)
	for name, schema := range hostile() {
		if said, _ := verdict(schema, v, limits); said != alone[name] {
			t.Errorf("%s: alone %s\nunder load %s", name, alone[name], said)
		}
	}
}
