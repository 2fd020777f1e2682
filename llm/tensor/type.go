package tensor

import (
	"fmt"
	"strings"
)

// Type is a number format of stored weights or cache entries. The values are those
// of the GGUF file format.
type Type uint32

// The number formats. The K formats and all IQ formats but IQ4_NL have super-blocks of
// 256 weights, the others blocks of 32; F32, F16 and BF16 are plain. The IQ formats and
// MXFP4 can be read but not written.
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

	IQ2_XXS Type = 16
	IQ2_XS  Type = 17
	IQ3_XXS Type = 18
	IQ4_NL  Type = 20
	IQ3_S   Type = 21
	IQ2_S   Type = 22
	IQ4_XS  Type = 23
	BF16    Type = 30
	MXFP4   Type = 39

	numTypes = 41
)

type typeInfo struct {
	name    string
	weights int // in a block
	bytes   int // of a block
}

// types is indexed by format. An entry without a name is unknown; one without weights is
// of a format that is refused by its name.
var types = [numTypes]typeInfo{
	F32: {"F32", 1, 4}, F16: {"F16", 1, 2}, BF16: {"BF16", 1, 2},
	Q4_0: {"Q4_0", 32, 18}, Q4_1: {"Q4_1", 32, 20}, Q5_0: {"Q5_0", 32, 22}, Q5_1: {"Q5_1", 32, 24}, Q8_0: {"Q8_0", 32, 34},
	Q2_K: {"Q2_K", 256, 84}, Q3_K: {"Q3_K", 256, 110}, Q4_K: {"Q4_K", 256, 144}, Q5_K: {"Q5_K", 256, 176}, Q6_K: {"Q6_K", 256, 210},
	IQ2_XXS: {"IQ2_XXS", 256, 66}, IQ2_XS: {"IQ2_XS", 256, 74}, IQ2_S: {"IQ2_S", 256, 82}, IQ3_XXS: {"IQ3_XXS", 256, 98}, IQ3_S: {"IQ3_S", 256, 110},
	IQ4_NL: {"IQ4_NL", 32, 18}, IQ4_XS: {"IQ4_XS", 256, 136}, MXFP4: {"MXFP4", 32, 17},

	9: {name: "Q8_1"}, 15: {name: "Q8_K"}, 19: {name: "IQ1_S"}, 24: {name: "I8"}, 25: {name: "I16"}, 26: {name: "I32"}, 27: {name: "I64"}, 28: {name: "F64"},
	29: {name: "IQ1_M"}, 31: {name: "Q4_0_4_4"}, 32: {name: "Q4_0_4_8"}, 33: {name: "Q4_0_8_8"}, 34: {name: "TQ1_0"}, 35: {name: "TQ2_0"}, 40: {name: "NVFP4"},
}

// Known reports whether this package can read the format.
func (t Type) Known() bool { return t.info().weights > 0 }

func (t Type) info() typeInfo {
	if int(t) < len(types) {
		return types[t]
	}
	return typeInfo{}
}

// Writable reports whether weights can be stored in the format here.
func (t Type) Writable() bool {
	return t.Known() && t != MXFP4 && (t < IQ2_XXS || t == BF16)
}

// String returns the format's name as GGUF tools write it, such as "Q4_K".
func (t Type) String() string {
	if name := t.info().name; name != "" {
		return name
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
		if i.weights > 0 && strings.EqualFold(i.name, name) {
			return Type(t), nil
		}
	}
	return 0, fmt.Errorf("tensor: unknown number format %q", name)
}
