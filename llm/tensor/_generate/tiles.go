package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/ir"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// Tiles are eight registers of 16 rows of 64 bytes. Neither avo nor Go's assembler knows
// their instructions, so they are written as bytes, with their text as a comment. Addresses
// are in fixed registers: a base, and RBX, which holds the distance of rows.

// tileChunk is the number of columns of a strip in tiles: both halves fill a third of the
// first-level cache, through which the activations pass.
const tileChunk = 256

// raw writes an instruction that reads the given registers.
func raw(text string, bytes []byte, reads ...Op) {
	Comment(text)
	for _, b := range bytes {
		Instruction(&ir.Instruction{Opcode: "BYTE", Operands: []Op{U8(b)}, Inputs: reads})
	}
}

// vex returns the prefix and opcode of an instruction of map 0F38 whose registers are
// among the first eight; pp is 0, 1 (66), 2 (F3) or 3 (F2).
func vex(opcode byte, vvvv, pp int, modrm ...byte) []byte {
	return append([]byte{0xc4, 0xe2, byte(^vvvv&15<<3 | pp), opcode}, modrm...)
}

// Numbers of the registers that hold addresses.
var tileBases = map[reg.Register]byte{reg.RAX: 0, reg.RCX: 1, reg.RDX: 2, reg.RSI: 6, reg.RDI: 7}

// atTile is the operand [base + disp] with rows RBX bytes apart.
func atTile(tile int, base reg.Register, disp int) []byte {
	const rbx = 3
	return []byte{byte(0x84 | tile<<3), rbx<<3 | tileBases[base], byte(disp), byte(disp >> 8), byte(disp >> 16), byte(disp >> 24)}
}

func tileLoad(tile int, base reg.GPPhysical, disp int) {
	raw(fmt.Sprintf("TILELOADD tmm%d, [%s+rbx+%d]", tile, base.Asm(), disp), vex(0x4b, 0, 3, atTile(tile, base, disp)...), base, reg.RBX)
}

func tileStore(tile int, base reg.GPPhysical, disp int) {
	raw(fmt.Sprintf("TILESTORED [%s+rbx+%d], tmm%d", base.Asm(), disp, tile), vex(0x4b, 0, 2, atTile(tile, base, disp)...), base, reg.RBX)
}

// tileProduct adds to tile c the products of pairs of bf16 of tiles a and b.
func tileProduct(c, a, b int) {
	raw(fmt.Sprintf("TDPBF16PS tmm%d, tmm%d, tmm%d", c, a, b), vex(0x5c, b, 2, byte(0xc0|c<<3|a)))
}

// tilesAMX multiplies a strip with blocks of 32 rows of activations. The tiles are
// released before it returns: between calls there is nothing that a switch of threads would
// have to save, and a signal in a call finds its room in the kernel's frame.
func tilesAMX() {
	config := GLOBL("tileConfig", RODATA|NOPTR)
	DATA(0, U64(1)) // palette 1
	DATA(8, U64(0))
	for i := range 4 { // bytes in a row of eight tiles
		v := uint64(64 | 64<<16)
		if i < 2 {
			v |= v << 32
		} else {
			v = 0
		}
		DATA(16+8*i, U64(v))
	}
	DATA(48, U64(0x1010101010101010)) // rows of eight tiles
	DATA(56, U64(0))

	TEXT("tilesAMX", NOSPLIT, "func(sums *float32, a, w *uint16, steps, gap, blocks int)")
	Doc("tilesAMX is kernels.tiles for AMX with bf16.")
	Pragma("noescape")
	c, a, w := reg.RDI, reg.RSI, reg.RDX
	Load(Param("sums"), c)
	Load(Param("a"), a)
	gap, n, blocks := GP64(), GP64(), ptr("blocks")
	Load(Param("gap"), gap)
	LEAQ(config, reg.RAX)
	raw("LDTILECFG [rax]", vex(0x49, 0, 0, 0x00), reg.RAX)
	loop("tiles_blocks", blocks, 1, func() {
		const sumRow, half = 128, 16 * 128
		MOVQ(U64(sumRow), reg.RBX)
		for i := range 4 {
			tileLoad(i, c, i/2*half+i%2*64)
		}
		MOVQ(U64(64), reg.RBX)
		Load(Param("w"), w)
		Load(Param("steps"), n)
		next := reg.RCX
		LEAQ(Mem{Base: a, Index: gap, Scale: 1}, next)
		MOVQ(next, reg.RAX)
		near := GP64()
		LEAQ(Mem{Base: c, Disp: 2 * half}, near)
		loop("tiles_steps", n, 1, func() {
			for i := range 8 { // the next block's sums
				PREFETCHT0(Mem{Base: near, Disp: 64 * i})
			}
			ADDQ(U32(512), near)
			tileLoad(4, a, 0)
			tileLoad(6, w, 0)
			tileProduct(0, 4, 6)
			tileLoad(7, w, 2*16*tileChunk)
			tileProduct(1, 4, 7)
			tileLoad(5, reg.RAX, 0)
			tileProduct(2, 5, 6)
			tileProduct(3, 5, 7)
			for _, p := range []reg.GPPhysical{a, w, reg.RAX} {
				ADDQ(U32(1024), p)
			}
		})
		MOVQ(U64(sumRow), reg.RBX)
		for i := range 4 {
			tileStore(i, c, i/2*half+i%2*64)
		}
		ADDQ(U32(2*half), c)
		LEAQ(Mem{Base: next, Index: gap, Scale: 1}, a)
	})
	raw("TILERELEASE", vex(0x49, 0, 0, 0xc0))
	VZEROUPPER()
	RET()
}

// widenTilesAVX512 makes tiles of weights of half an interleaved strip: code times scale
// minus offset, rounded to bf16, columns 2k and 2k+1 of 16 rows side by side.
func widenTilesAVX512(width int) {
	name := fmt.Sprintf("widenTiles%dAVX512", width)
	TEXT(name, NOSPLIT, "func(dst *uint16, u *uint8, s, m *float32, groups int)")
	Doc(fmt.Sprintf("%s is kernels.widenTiles%d for AVX-512.", name, width))
	Pragma("noescape")
	dst, u, s, m, n := ptr("dst"), ptr("u"), ptr("s"), ptr("m"), ptr("groups")
	low8, round, high, quiet := fill(0xff), fill(0x8000), fill(0xffff0000), fill(0x7fc00000)
	loop(fmt.Sprintf("widen_tiles%d", width), n, 1, func() {
		scale, offset := ZMM(), ZMM()
		VMOVUPS(Mem{Base: s}, scale)
		VMOVUPS(Mem{Base: m}, offset)
		none := K() // which of 16 rows are no numbers: others than quiet would be rounded to some
		VCMPPS(U8(3), scale, offset, none)
		VMOVAPS(quiet, none, scale)
		VMOVAPS(quiet, none, offset)
		for k := range width / 4 {
			codes := ZMM()
			VMOVDQU32(Mem{Base: u, Disp: 64 * k}, codes)
			var f [4]reg.VecVirtual
			for j := range f {
				f[j] = ZMM()
				switch j {
				case 0:
					VPANDD(low8, codes, f[j])
				case 3:
					VPSRLD(U8(24), codes, f[j])
				default:
					VPSRLD(U8(uint8(8*j)), codes, f[j])
					VPANDD(low8, f[j], f[j])
				}
				VCVTDQ2PS(f[j], f[j])
				VFMSUB213PS(offset, scale, f[j])
				VPADDD(round, f[j], f[j])
			}
			for j := range 2 {
				VPSRLD(U8(16), f[2*j], f[2*j])
				VPTERNLOGD(U8(0xf8), high, f[2*j+1], f[2*j]) // first | second & high
				VMOVDQU32(f[2*j], Mem{Base: dst, Disp: 128*k + 64*j})
			}
		}
		ADDQ(U32(uint32(32*width)), dst)
		ADDQ(U32(uint32(16*width)), u)
		for _, p := range []reg.GPVirtual{s, m} {
			ADDQ(U32(uint32(4*width)), p)
		}
	})
	VZEROUPPER()
	RET()
}

// roundTileAVX512 rounds 32 columns of a row at a time. A NaN is cut off, not rounded: it
// could become 0.
func roundTileAVX512() {
	TEXT("roundTileAVX512", NOSPLIT, "func(dst *uint16, src *float32, steps int)")
	Doc("roundTileAVX512 is kernels.roundTile for AVX-512.")
	Pragma("noescape")
	dst, src, n := ptr("dst"), ptr("src"), ptr("steps")
	round := fill(0x8000)
	loop("round_tile", n, 1, func() {
		for h := range 2 {
			z := ZMM()
			VMOVUPS(Mem{Base: src, Disp: 64 * h}, z)
			storeBF16(z, round, Mem{Base: dst, Disp: 32 * h})
		}
		ADDQ(U32(128), src)
		ADDQ(U32(1024), dst)
	})
	VZEROUPPER()
	RET()
}

// storeBF16 rounds 16 floats.
func storeBF16(z, round reg.VecVirtual, to Mem) {
	number := K()
	VCMPPS(U8(7), z, z, number)
	VPADDD(round, z, number, z)
	VPSRLD(U8(16), z, z)
	VPMOVDW(z, z.AsY())
	VMOVDQU(z.AsY(), to)
}
