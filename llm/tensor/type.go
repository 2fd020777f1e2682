package tensor

import (
	"fmt"
	"strings"
)

// Type is a number format of stored weights or cache entries. The values are those
// of the GGUF file format.
type Type uint32

// The number formats. The K formats have super-blocks of 256 weights, the others
// blocks of 32; F32, F16 and BF16 are plain.
const (
	F32  Type = 0
	F16  Type = 1
	Q4_0 Type = 2
	Q4_1 Type = 3
	Q5_0 Type = 6
	Q5_1 Type = 7
	Q8_0 Type = 8
	Q2_K Type = 10
	Q3_K Type = 11
	Q4_K Type = 12
	Q5_K Type = 13
	Q6_K Type = 14
	BF16 Type = 30
)

type typeInfo struct {
	name    string
	weights int // in a block
	bytes   int // of a block
}

// types is indexed by format; an entry without a name is unknown.
var types = [BF16 + 1]typeInfo{
	F32: {"F32", 1, 4}, F16: {"F16", 1, 2}, BF16: {"BF16", 1, 2},
	Q4_0: {"Q4_0", 32, 18}, Q4_1: {"Q4_1", 32, 20}, Q5_0: {"Q5_0", 32, 22}, Q5_1: {"Q5_1", 32, 24}, Q8_0: {"Q8_0", 32, 34},
	Q2_K: {"Q2_K", 256, 84}, Q3_K: {"Q3_K", 256, 110}, Q4_K: {"Q4_K", 256, 144}, Q5_K: {"Q5_K", 256, 176}, Q6_K: {"Q6_K", 256, 210},
}

// Known reports whether this package can read the format.
func (t Type) Known() bool { return t.info().name != "" }

func (t Type) info() typeInfo {
	if int(t) < len(types) {
		return types[t]
	}
	return typeInfo{}
}

// String returns the format's name as GGUF tools write it, such as "Q4_K".
func (t Type) String() string {
	if t.Known() {
		return types[t].name
	}
	return fmt.Sprintf("type %d", uint32(t))
}

// BlockWeights returns the number of weights in a block: 1, 32 or 256; 0 if unknown.
func (t Type) BlockWeights() int { return t.info().weights }

// BlockBytes returns the size of a block in bytes; 0 if unknown.
func (t Type) BlockBytes() int { return t.info().bytes }

// RowBytes returns the bytes that n weights take; n must be a multiple of BlockWeights.
func (t Type) RowBytes(n int) int {
	i := t.info()
	return n / i.weights * i.bytes
}

// ParseType returns the format of that name, in any case.
func ParseType(name string) (Type, error) {
	for t, i := range types {
		if i.name != "" && strings.EqualFold(i.name, name) {
			return Type(t), nil
		}
	}
	return 0, fmt.Errorf("tensor: unknown number format %q", name)
}
