package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/ir"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// Outer products for AVX2. VPMADDUBSW adds two products of bytes into 16 bits and
// saturates, so small codes are added faster: sums of 32 columns stay in 16 bits for codes up
// to 15, sums of eight columns for codes up to 63.

// eightRows loads 16 bytes of each of eight rows: word c of all rows is the c-th result.
func eightRows(row func(i, disp int) Mem, disp int) [4]reg.VecVirtual {
	var r [4]reg.VecVirtual
	for i := range r {
		r[i] = YMM()
		loadLow("VMOVDQU", row(i, disp), r[i])
		VINSERTI128(U8(1), row(i+4, disp), r[i], r[i])
	}
	return transposed4(r, YMM)
}

// loadLow loads the lower lanes of y and clears the others, which avo does not know.
func loadLow(op string, m Mem, y reg.VecVirtual) {
	Instruction(&ir.Instruction{Opcode: op, Operands: []Op{m, y.AsX()}, Inputs: []Op{m}, Outputs: []Op{y}, ISA: []string{"AVX"}})
}

// transposeAVX2 is transposeAVX512 in parts of eight rows and four columns.
func transposeAVX2() {
	TEXT("transposeAVX2", NOSPLIT, "func(dst, src *uint32, stride, n int)")
	Doc("transposeAVX2 is kernels.transpose for AVX2.")
	Pragma("noescape")
	dst, src, stride, n := ptr("dst"), ptr("src"), ptr("stride"), ptr("n")
	SHLQ(U8(2), stride)
	bases, stride3 := sixteen(src, stride)
	loop("transpose2", n, 1, func() {
		for h := range 2 {
			for c := 0; c < 16; c += 4 {
				part := eightRows(func(i, disp int) Mem { return fourth(bases[2*h+i/4], stride, stride3, i%4, disp) }, 4*c)
				for i, out := range part {
					VMOVDQU(out, Mem{Base: dst, Disp: 64*(c+i) + 32*h})
				}
			}
		}
		for _, b := range bases {
			ADDQ(U32(64), b)
		}
		ADDQ(U32(1024), dst)
	})
	VZEROUPPER()
	RET()
}

// halves8 converts the lower 16 bits of eight words.
func halves8(words reg.VecVirtual) reg.VecVirtual {
	y := YMM()
	VPAND(eightWords(0xffff), words, y)
	VPACKUSDW(y, y, y)
	VPERMQ(U8(0x08), y, y)
	VCVTPH2PS(y.AsX(), y)
	return y
}

// shiftedWords returns v with its words shifted right.
func shiftedWords(v reg.VecVirtual, by int) reg.VecVirtual {
	if by == 0 {
		return v
	}
	y := YMM()
	VPSRLD(U8(uint8(by)), v, y)
	return y
}

// interleaveQ4KAVX2 is interleaveQ4K in parts of eight rows.
func interleaveQ4KAVX2() {
	TEXT("interleaveQ4KAVX2", NOSPLIT, "func(u *uint8, s, m *float32, b *byte, stride, blocks int)")
	Doc("interleaveQ4KAVX2 is kernels.interleaveQ4K for AVX2.")
	Pragma("noescape")
	u, s, m, b, stride, n := ptr("u"), ptr("s"), ptr("m"), ptr("b"), ptr("stride"), ptr("blocks")
	bases, stride3 := sixteen(b, stride)
	low4 := bytes32(15)
	loop("interleave2_q4k", n, 1, func() {
		for h := range 2 {
			row := func(i, disp int) Mem { return fourth(bases[2*h+i/4], stride, stride3, i%4, disp) }
			w := eightRows(row, 0)
			a2 := w[3]
			for k, to := range []reg.GPVirtual{s, m} {
				scale, low := halves8(shiftedWords(w[0], 16*k)), w[1+k]
				six, four, top := YMM(), YMM(), YMM()
				VPAND(eightWords(0x3f3f3f3f), low, six)
				VPAND(low4, shiftedWords(a2, 4*k), four)
				VPSRLD(U8(2), low, top)
				VPAND(eightWords(0x30303030), top, top)
				VPOR(top, four, four)
				for j := range 8 {
					y := YMM()
					VPAND(eightWords(0xff), shiftedWords([]reg.VecVirtual{six, four}[j/4], 8*(j%4)), y)
					VCVTDQ2PS(y, y)
					VMULPS(scale, y, y)
					VMOVUPS(y, Mem{Base: to, Disp: 128*j + 32*h})
				}
			}
			to, left := GP64(), GP64()
			LEAQ(Mem{Base: u, Disp: 32 * h}, to)
			MOVQ(U32(4), left)
			loop(fmt.Sprintf("interleave2_q4k_codes%d", h), left, 1, func() { // 8 words are the 32 bytes of two sub-blocks
				for c := 0; c < 8; c += 4 {
					for i, packed := range eightRows(row, 16+4*c) {
						high := YMM()
						VPSRLW(U8(4), packed, high)
						VPAND(low4, packed, packed)
						VPAND(low4, high, high)
						VMOVDQU(packed, Mem{Base: to, Disp: 64 * (c + i)})
						VMOVDQU(high, Mem{Base: to, Disp: 64*(c+i) + 512})
					}
				}
				ADDQ(U32(32), bases[2*h])
				ADDQ(U32(32), bases[2*h+1])
				ADDQ(U32(1024), to)
			})
		}
		for _, base := range bases {
			ADDQ(U32(144-128), base)
		}
		ADDQ(U32(4096), u)
		ADDQ(U32(1024), s)
		ADDQ(U32(1024), m)
	})
	VZEROUPPER()
	RET()
}

// interleaveQ6KAVX2 does the same for Q6_K. A word of top bits belongs to two words of the
// lower ones, 32 bytes apart.
func interleaveQ6KAVX2() {
	TEXT("interleaveQ6KAVX2", NOSPLIT, "func(u *uint8, s, m *float32, b *byte, stride, blocks int)")
	Doc("interleaveQ6KAVX2 is kernels.interleaveQ6K for AVX2.")
	Pragma("noescape")
	u, s, m, b, stride, n := ptr("u"), ptr("s"), ptr("m"), ptr("b"), ptr("stride"), ptr("blocks")
	bases, stride3 := sixteen(b, stride)
	low4, top2 := bytes32(15), bytes32(0x30)
	loop("interleave2_q6k", n, 1, func() {
		for h := range 2 {
			row := func(i, disp int) Mem { return fourth(bases[2*h+i/4], stride, stride3, i%4, disp) }
			d := halves8(shiftedWords(eightRows(row, 194)[3], 16)) // in the upper half of the word at 206
			for c, word := range eightRows(row, 192) {
				for j := range 4 {
					y, y32 := YMM(), YMM()
					VPSLLD(U8(uint8(24-8*j)), word, y)
					VPSRAD(U8(24), y, y)
					VCVTDQ2PS(y, y)
					VMULPS(d, y, y)
					VMULPS(eight(32), y, y32)
					VMOVUPS(y, Mem{Base: s, Disp: 64*(4*c+j) + 32*h})
					VMOVUPS(y32, Mem{Base: m, Disp: 64*(4*c+j) + 32*h})
				}
			}
			for half := range 2 {
				for at := 0; at < 32; at += 16 {
					tops := eightRows(row, 128+32*half+at)
					for k := range 2 { // bytes at and at+32 of the lower bits
						for i, packed := range eightRows(row, 64*half+32*k+at) {
							high := YMM()
							VPSRLW(U8(4), packed, high)
							VPAND(low4, packed, packed)
							VPAND(low4, high, high)
							to := 64*(32*half+8*k+at/4+i) + 32*h // the high halves are 64 weights later
							for p, codes := range []reg.VecVirtual{packed, high} {
								top := YMM()
								VPAND(top2, shifted(tops[i], 4-2*k-4*p), top)
								VPOR(top, codes, codes)
								VMOVDQU(codes, Mem{Base: u, Disp: to + 1024*p})
							}
						}
					}
				}
			}
		}
		for _, base := range bases {
			ADDQ(U32(210), base)
		}
		ADDQ(U32(4096), u)
		ADDQ(U32(1024), s)
		ADDQ(U32(1024), m)
	})
	VZEROUPPER()
	RET()
}

// outerFrame writes an outer product for AVX2, but for the sums of integers: sums returns
// those of step's columns for eight rows of weights in each of two registers and four rows
// of activations, 16·h rows into the strip. Sums of floats wait in memory. If the codes are
// summed less 128, offsets are, too.
func outerFrame(name, doc, label string, width int, less128 bool, sums func(h int, u reg.GPVirtual, activations func(c, k int) Mem) [2][4]reg.VecVirtual) {
	TEXT(name, NOSPLIT, "func(u *uint8, s, m *float32, a *int8, d, sum *float32, stride, steps int, dst *float32, next *byte, span int)")
	Doc(doc)
	Pragma("noescape")
	u, s, m, a, d, sum, n := ptr("u"), ptr("s"), ptr("m"), ptr("a"), ptr("d"), ptr("sum"), ptr("steps")
	stride, next := ptr("stride"), ptr("next")
	stride3, step, step3 := GP64(), GP64(), GP64()
	LEAQ(Mem{Base: stride, Index: stride, Scale: 2}, stride3)
	MOVQ(stride, step)
	SHRQ(U8(2), step)
	LEAQ(Mem{Base: step, Index: step, Scale: 2}, step3)
	loop(label, n, 1, func() {
		bringNear(label+"_near", next)
		for h := range 2 {
			dot := sums(h, u, func(c, k int) Mem { return fourth(a, stride, stride3, c, k) })
			dst := ptr("dst")
			for p := range dot {
				scale, offset := YMM(), YMM()
				VMOVUPS(Mem{Base: s, Disp: 4*chunk*h + 32*p}, scale)
				VMOVUPS(Mem{Base: m, Disp: 4*chunk*h + 32*p}, offset)
				subtract := VFNMADD231PS
				if less128 {
					VFMSUB231PS(eight(128), scale, offset) // 128 s - m
					subtract = VFMADD231PS
				}
				for c := range 4 {
					t, total := YMM(), Mem{Base: dst, Disp: 128*c + 64*h + 32*p}
					VCVTDQ2PS(dot[p][c], dot[p][c])
					VBROADCASTSS(fourth(d, step, step3, c, 0), t)
					VMULPS(scale, t, t)
					VFMADD213PS(total, t, dot[p][c])
					VBROADCASTSS(fourth(sum, step, step3, c, 0), t)
					subtract(t, offset, dot[p][c])
					VMOVUPS(dot[p][c], total)
				}
			}
		}
		ADDQ(U32(uint32(16*width)), u)
		for _, p := range []reg.GPVirtual{s, m} {
			ADDQ(U32(uint32(4*width)), p)
		}
		ADDQ(U32(uint32(width)), a)
		for _, p := range []reg.GPVirtual{d, sum} {
			ADDQ(U32(uint32(width/4)), p)
		}
	})
	VZEROUPPER()
	RET()
}

// outerAVX2 is for codes up to most: sums of 16 bits hold several columns.
func outerAVX2(width, most int) {
	columns := min(32767/(2*127*most)*4, width) // that a sum of 16 bits holds
	// Either all rows of activations meet the same four columns of weights, or the columns
	// of one sum stay in registers for all rows.
	type pair struct{ q, c int }
	var order []pair
	for i := range columns {
		if columns == width {
			order = append(order, pair{i / 4 * 4, i % 4})
		} else {
			order = append(order, pair{i % (columns / 4) * 4, i / (columns / 4)})
		}
	}
	name := fmt.Sprintf("outer%dAVX2", width)
	doc := fmt.Sprintf("%s is kernels.outer%d for AVX2 and codes up to %d.", name, width, most)
	outerFrame(name, doc, fmt.Sprintf("outer2_%d", width), width, false, func(h int, u reg.GPVirtual, activations func(c, k int) Mem) (dot [2][4]reg.VecVirtual) {
		for k := 0; k < width; k += columns {
			w, part := map[int][]reg.VecVirtual{}, [4][2]reg.VecVirtual{}
			for _, at := range order {
				if w[at.q] == nil {
					w[at.q] = []reg.VecVirtual{YMM(), YMM()}
					for p := range 2 {
						VMOVDQU(Mem{Base: u, Disp: 16*(k+at.q) + 16*chunk*h + 32*p}, w[at.q][p])
					}
				}
				b := YMM()
				VPBROADCASTD(activations(at.c, k+at.q), b)
				for p := range 2 {
					t := YMM()
					VPMADDUBSW(b, w[at.q][p], t)
					if at.q == 0 {
						part[at.c][p] = t
					} else {
						VPADDW(t, part[at.c][p], part[at.c][p])
					}
					if at.q+4 < columns {
						continue
					}
					t = part[at.c][p]
					VPMADDWD(sixteenOnes(), t, t)
					if k == 0 {
						dot[p][at.c] = t
					} else {
						VPADDD(t, dot[p][at.c], dot[p][at.c])
					}
				}
			}
		}
		return dot
	})
}

// outer32WideAVX2 is outer32 for all codes: less 128 they are signed, and VPMADDUBSW takes
// their amounts while their signs go to the activations. Two products fit into 16 bits, so
// each pair goes to 32 bits at once.
func outer32WideAVX2() {
	doc := "outer32WideAVX2 is kernels.outer32 for AVX2 and codes up to 255."
	outerFrame("outer32WideAVX2", doc, "outer2_wide", 32, true, func(h int, u reg.GPVirtual, activations func(c, k int) Mem) (dot [2][4]reg.VecVirtual) {
		for k := 0; k < 32; k += 4 {
			var w, amount [2]reg.VecVirtual
			for p := range 2 {
				w[p], amount[p] = YMM(), YMM()
				VMOVDQU(Mem{Base: u, Disp: 16*k + 16*chunk*h + 32*p}, w[p])
				VPXOR(eightWords(0x80808080), w[p], w[p])
				VPABSB(w[p], amount[p])
			}
			for c := range 4 {
				b := YMM()
				VPBROADCASTD(activations(c, k), b)
				for p := range 2 {
					t := YMM()
					VPSIGNB(w[p], b, t)
					VPMADDUBSW(t, amount[p], t)
					VPMADDWD(sixteenOnes(), t, t)
					if k == 0 {
						dot[p][c] = t
					} else {
						VPADDD(t, dot[p][c], dot[p][c])
					}
				}
			}
		}
		return dot
	})
}
