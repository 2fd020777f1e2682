package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// pairProduct adds to the floats of z register c the products of pairs of bf16 of a and b:
// VDPBF16PS (EVEX.512.F3.0F38.W0 52 /r), which neither avo nor Go's assembler knows.
func pairProduct(c, a, b int) {
	not := func(n, bit int) byte { return byte(^n >> bit & 1) }
	raw(fmt.Sprintf("VDPBF16PS zmm%d, zmm%d, zmm%d", c, a, b), []byte{
		0x62,
		not(c, 3)<<7 | not(b, 4)<<6 | not(b, 3)<<5 | not(c, 4)<<4 | 2,
		byte(^a&15)<<3 | 1<<2 | 2,
		2<<5 | not(a, 4)<<3, 0x52,
		byte(0xc0 | c&7<<3 | b&7),
	})
}

// pairsAVX512 multiplies a strip with blocks of 32 rows of activations, eight rows at a
// time: their sums fill half of the registers, and two registers of the strip are used
// eight times each.
func pairsAVX512() {
	TEXT("pairsAVX512", NOSPLIT, "func(sums *float32, a, w *uint16, steps, gap, blocks int)")
	Doc("pairsAVX512 is kernels.pairs for AVX-512 with BF16.")
	Pragma("noescape")
	const rows, sumRow = 8, 128
	z := []reg.VecPhysical{
		reg.Z0, reg.Z1, reg.Z2, reg.Z3, reg.Z4, reg.Z5, reg.Z6, reg.Z7, reg.Z8, reg.Z9, reg.Z10, reg.Z11, reg.Z12, reg.Z13, reg.Z14, reg.Z15,
		reg.Z16, reg.Z17, reg.Z18, reg.Z19, reg.Z20, reg.Z21, reg.Z22, reg.Z23, reg.Z24, reg.Z25, reg.Z26, reg.Z27,
	}
	c, tile, gap, tiles := ptr("sums"), ptr("a"), ptr("gap"), ptr("blocks")
	ADDQ(tiles, tiles)
	loop("pairs_tiles", tiles, 1, func() {
		a, half := GP64(), GP64()
		MOVQ(tile, a)
		MOVQ(U64(2), half)
		loop("pairs_halves", half, 1, func() {
			for i := range 2 * rows {
				VMOVUPS(Mem{Base: c, Disp: i/2*sumRow + i%2*64}, z[i])
			}
			at, w, n := GP64(), ptr("w"), ptr("steps")
			MOVQ(a, at)
			loop("pairs_steps", n, 1, func() {
				for k := range 16 {
					strip := 16 + k%2*2
					VMOVUPS(Mem{Base: w, Disp: 64 * k}, z[strip])
					VMOVUPS(Mem{Base: w, Disp: 2*16*tileChunk + 64*k}, z[strip+1])
					for r := range rows {
						one := 20 + r
						VPBROADCASTD(Mem{Base: at, Disp: 64*r + 4*k}, z[one])
						pairProduct(2*r, strip, one)
						pairProduct(2*r+1, strip+1, one)
					}
				}
				ADDQ(U32(1024), at)
				ADDQ(U32(1024), w)
			})
			for i := range 2 * rows {
				VMOVUPS(z[i], Mem{Base: c, Disp: i/2*sumRow + i%2*64})
			}
			ADDQ(U32(rows*sumRow), c)
			ADDQ(U32(64*rows), a)
		})
		ADDQ(gap, tile)
	})
	VZEROUPPER()
	RET()
}
