package tensor

import (
	"encoding/binary"
	"fmt"
	"math"
)

// littleEndian says that the machine keeps numbers as the files do.
var littleEndian = binary.NativeEndian.Uint16([]byte{1, 0}) == 1

// Dequantize reads len(dst) weights of format t from src. len(dst) must be a multiple
// of the format's block, and src hold as many bytes as Type.RowBytes says; it panics
// if not, as an index out of range would.
func Dequantize(t Type, dst []float32, src []byte) {
	if len(dst)%t.BlockWeights() != 0 || len(src) < t.RowBytes(len(dst)) {
		panic(fmt.Sprintf("tensor: %d weights of %v from %d bytes", len(dst), t, len(src)))
	}
	switch t {
	case F32:
		if littleEndian {
			if len(dst) > 0 {
				copy(floatBytes(dst), src)
			}
			break
		}
		for i := range dst {
			dst[i] = math.Float32frombits(binary.LittleEndian.Uint32(src[4*i:]))
		}
	case F16:
		for i := range dst {
			dst[i] = halfAt(src[2*i:])
		}
	case BF16:
		for i := range dst {
			dst[i] = FromBF16(le16(src[2*i:]))
		}
	case MXFP4: // an offset, as the other formats have one, could be beyond float32
		var u [32]uint8
		for ; len(dst) > 0; dst, src = dst[len(u):], src[t.BlockBytes():] {
			nibbles(u[:], src[1:])
			scale := exponentMXFP4(src[0])
			for i, code := range u {
				dst[i] = scale * float32(int(codesMXFP4[code])-16)
			}
		}
	default:
		var u [256]uint8
		var s, m [16]float32
		unpack, n, size := unpackers[t], t.BlockWeights(), t.BlockBytes()
		for ; len(dst) > 0; dst, src = dst[n:], src[size:] {
			unpack(u[:n], s[:n/groupSize], m[:n/groupSize], src[:size])
			for i := range n {
				// The product and the difference are exact in float64.
				dst[i] = float32(float64(s[i/groupSize])*float64(u[i]) - float64(m[i/groupSize]))
				if dst[i] == 0 && zeroCode[t] != 0 { // a difference has lost the zero's sign
					dst[i] = s[i/groupSize] * float32(int(u[i])-int(zeroCode[t]))
				}
			}
		}
	}
}
