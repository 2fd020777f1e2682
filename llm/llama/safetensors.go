package llama

import (
	"cmp"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"slices"

	"github.com/chaski-dev/chaski/llm/tensor"
)

// stored is a tensor of a safetensors file. Shape counts from the slowest dimension.
type stored struct {
	typ   tensor.Type
	shape []int
	data  []byte
}

// maxHeader bounds the header of a safetensors file, as the format itself does.
const maxHeader = 100 << 20

// parseSafetensors reads the header of a file: eight bytes of length, JSON that gives
// each tensor's type, shape and place, then the data.
func parseSafetensors(data []byte) (map[string]stored, error) {
	if len(data) < 8 {
		return nil, errors.New("the file is shorter than its header's length")
	}
	n := binary.LittleEndian.Uint64(data)
	if n > maxHeader || n > uint64(len(data)-8) {
		return nil, fmt.Errorf("a header of %d bytes in a file of %d", n, len(data))
	}
	var header map[string]json.RawMessage
	if err := json.Unmarshal(data[8:8+n], &header); err != nil {
		return nil, fmt.Errorf("the header: %w", err)
	}
	body := data[8+n:]
	out := make(map[string]stored, len(header))
	var places []place
	for name, raw := range header {
		if name == "__metadata__" {
			continue
		}
		var t struct {
			Type    string  `json:"dtype"`
			Shape   []int   `json:"shape"`
			Offsets []int64 `json:"data_offsets"`
		}
		if err := json.Unmarshal(raw, &t); err != nil {
			return nil, fmt.Errorf("tensor %s: %w", name, err)
		}
		typ, ok := map[string]tensor.Type{"F32": tensor.F32, "F16": tensor.F16, "BF16": tensor.BF16}[t.Type]
		if !ok {
			return nil, fmt.Errorf("tensor %s: number format %q, want F32, F16 or BF16", name, t.Type)
		}
		if len(t.Offsets) != 2 || t.Offsets[0] < 0 || t.Offsets[1] < t.Offsets[0] || t.Offsets[1] > int64(len(body)) {
			return nil, fmt.Errorf("tensor %s: offsets %v in %d bytes of data: is the file truncated?", name, t.Offsets, len(body))
		}
		elements := 1
		for _, d := range t.Shape {
			if d <= 0 || elements > math.MaxInt/8/d {
				return nil, fmt.Errorf("tensor %s: the shape %v", name, t.Shape)
			}
			elements *= d
		}
		b := body[t.Offsets[0]:t.Offsets[1]]
		if want := typ.RowBytes(elements); len(b) != want {
			return nil, fmt.Errorf("tensor %s: %d bytes, its shape %v takes %d", name, len(b), t.Shape, want)
		}
		out[name] = stored{typ, t.Shape, b}
		places = append(places, place{name, t.Offsets[0], t.Offsets[1]})
	}
	return out, apart(places)
}

// place is where a tensor's bytes lie in the data.
type place struct {
	name     string
	from, to int64
}

// apart refuses tensors that share bytes: the format allows none.
func apart(places []place) error {
	slices.SortFunc(places, func(a, b place) int {
		return cmp.Or(cmp.Compare(a.from, b.from), cmp.Compare(a.name, b.name))
	})
	for i := 1; i < len(places); i++ {
		if a, b := places[i-1], places[i]; a.to > b.from {
			return fmt.Errorf("tensors %s and %s overlap", a.name, b.name)
		}
	}
	return nil
}
