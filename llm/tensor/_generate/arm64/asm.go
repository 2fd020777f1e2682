package main

import (
	"fmt"
	"strings"
)

// V is a vector register of 128 bits, R a general one. R18 and from R27 on they belong to
// the system and to Go.
type (
	V int
	R int
)

func (v V) String() string { return fmt.Sprintf("v%d", int(v)) }
func (r R) String() string { return fmt.Sprintf("R%d", int(r)) }

// asm writes one assembly file. Scalar instructions are Go's own; its assembler lacks
// most of the vector ones, so these are written as words, with the architecture's text
// as a comment.
type asm struct{ out, stubs strings.Builder }

// op writes an instruction in Go's syntax.
func (a *asm) op(format string, args ...any) { fmt.Fprintf(&a.out, "\t"+format+"\n", args...) }

func (a *asm) label(name string) { fmt.Fprintf(&a.out, "\n%s:\n", name) }

func (a *asm) word(w uint32, format string, args ...any) {
	fmt.Fprintf(&a.out, "\tWORD $%#08x // %s\n", w, fmt.Sprintf(format, args...))
}

// three writes an instruction of three vectors; shape is the arrangement of all of them.
func (a *asm) three(base uint32, name, shape string, d, n, m V) {
	a.word(base|uint32(m)<<16|uint32(n)<<5|uint32(d), "%s %v.%s, %v.%s, %v.%s", name, d, shape, n, shape, m, shape)
}

func (a *asm) two(base uint32, name, to, from string, d, n V) {
	a.word(base|uint32(n)<<5|uint32(d), "%s %v.%s, %v.%s", name, d, to, n, from)
}

func (a *asm) and(d, n, m V)    { a.three(0x4e201c00, "and", "16b", d, n, m) }
func (a *asm) or(d, n, m V)     { a.three(0x4ea01c00, "orr", "16b", d, n, m) }
func (a *asm) eor(d, n, m V)    { a.three(0x6e201c00, "eor", "16b", d, n, m) }
func (a *asm) move(d, n V)      { a.or(d, n, n) }
func (a *asm) addS(d, n, m V)   { a.three(0x4ea08400, "add", "4s", d, n, m) }
func (a *asm) addpS(d, n, m V)  { a.three(0x4ea0bc00, "addp", "4s", d, n, m) }
func (a *asm) fadd(d, n, m V)   { a.three(0x4e20d400, "fadd", "4s", d, n, m) }
func (a *asm) fsub(d, n, m V)   { a.three(0x4ea0d400, "fsub", "4s", d, n, m) }
func (a *asm) fmul(d, n, m V)   { a.three(0x6e20dc00, "fmul", "4s", d, n, m) }
func (a *asm) fmla(d, n, m V)   { a.three(0x4e20cc00, "fmla", "4s", d, n, m) }
func (a *asm) fmls(d, n, m V)   { a.three(0x4ea0cc00, "fmls", "4s", d, n, m) }
func (a *asm) fdiv(d, n, m V)   { a.three(0x6e20fc00, "fdiv", "4s", d, n, m) }
func (a *asm) faddp(d, n, m V)  { a.three(0x6e20d400, "faddp", "4s", d, n, m) }
func (a *asm) fmax(d, n, m V)   { a.three(0x4e20f400, "fmax", "4s", d, n, m) }
func (a *asm) fmaxnm(d, n, m V) { a.three(0x4e20c400, "fmaxnm", "4s", d, n, m) }
func (a *asm) fmin(d, n, m V)   { a.three(0x4ea0f400, "fmin", "4s", d, n, m) }
func (a *asm) fcmge(d, n, m V)  { a.three(0x6e20e400, "fcmge", "4s", d, n, m) }
func (a *asm) zip1S(d, n, m V)  { a.three(0x4e803800, "zip1", "4s", d, n, m) }
func (a *asm) zip2S(d, n, m V)  { a.three(0x4e807800, "zip2", "4s", d, n, m) }
func (a *asm) zip1B(d, n, m V)  { a.three(0x4e003800, "zip1", "16b", d, n, m) }
func (a *asm) zip2B(d, n, m V)  { a.three(0x4e007800, "zip2", "16b", d, n, m) }
func (a *asm) uzp1S(d, n, m V)  { a.three(0x4e801800, "uzp1", "4s", d, n, m) }
func (a *asm) uzp1H(d, n, m V)  { a.three(0x4e401800, "uzp1", "8h", d, n, m) }
func (a *asm) uzp1B(d, n, m V)  { a.three(0x4e001800, "uzp1", "16b", d, n, m) }
func (a *asm) trn1S(d, n, m V)  { a.three(0x4e802800, "trn1", "4s", d, n, m) }
func (a *asm) trn2S(d, n, m V)  { a.three(0x4e806800, "trn2", "4s", d, n, m) }
func (a *asm) trn1D(d, n, m V)  { a.three(0x4ec02800, "trn1", "2d", d, n, m) }
func (a *asm) trn2D(d, n, m V)  { a.three(0x4ec06800, "trn2", "2d", d, n, m) }

// sdot adds to each word of d the products of its four signed bytes of n and m.
func (a *asm) sdot(d, n, m V) {
	a.word(0x4e809400|uint32(m)<<16|uint32(n)<<5|uint32(d), "sdot %v.4s, %v.16b, %v.16b", d, n, m)
}

// sdotLane is sdot with the four bytes of word i of m.
func (a *asm) sdotLane(d, n, m V, i int) {
	w := 0x4f80e000 | uint32(i&1)<<21 | uint32(i>>1)<<11
	a.word(w|uint32(m)<<16|uint32(n)<<5|uint32(d), "sdot %v.4s, %v.16b, %v.4b[%d]", d, n, m, i)
}

func (a *asm) lane(base uint32, name string, d, n, m V, i int) {
	w := base | uint32(i&1)<<21 | uint32(i>>1)<<11
	a.word(w|uint32(m)<<16|uint32(n)<<5|uint32(d), "%s %v.4s, %v.4s, %v.s[%d]", name, d, n, m, i)
}

func (a *asm) fmulLane(d, n, m V, i int) { a.lane(0x4f809000, "fmul", d, n, m, i) }
func (a *asm) fmlaLane(d, n, m V, i int) { a.lane(0x4f801000, "fmla", d, n, m, i) }
func (a *asm) fmlsLane(d, n, m V, i int) { a.lane(0x4f805000, "fmls", d, n, m, i) }

func (a *asm) scvtf(d, n V)  { a.two(0x4e21d800, "scvtf", "4s", "4s", d, n) }
func (a *asm) ucvtf(d, n V)  { a.two(0x6e21d800, "ucvtf", "4s", "4s", d, n) }
func (a *asm) fcvtns(d, n V) { a.two(0x4e21a800, "fcvtns", "4s", "4s", d, n) }
func (a *asm) frintm(d, n V) { a.two(0x4e219800, "frintm", "4s", "4s", d, n) }
func (a *asm) fabs(d, n V)   { a.two(0x4ea0f800, "fabs", "4s", "4s", d, n) }
func (a *asm) fneg(d, n V)   { a.two(0x6ea0f800, "fneg", "4s", "4s", d, n) }
func (a *asm) fcvtl(d, n V)  { a.two(0x0e217800, "fcvtl", "4s", "4h", d, n) }
func (a *asm) fcvtl2(d, n V) { a.two(0x4e217800, "fcvtl2", "4s", "8h", d, n) }
func (a *asm) uxtlB(d, n V)  { a.two(0x2f08a400, "uxtl", "8h", "8b", d, n) }
func (a *asm) uxtlH(d, n V)  { a.two(0x2f10a400, "uxtl", "4s", "4h", d, n) }
func (a *asm) uxtl2H(d, n V) { a.two(0x6f10a400, "uxtl2", "4s", "8h", d, n) }
func (a *asm) sxtlB(d, n V)  { a.two(0x0f08a400, "sxtl", "8h", "8b", d, n) }
func (a *asm) sxtl2B(d, n V) { a.two(0x4f08a400, "sxtl2", "8h", "16b", d, n) }
func (a *asm) sxtlH(d, n V)  { a.two(0x0f10a400, "sxtl", "4s", "4h", d, n) }
func (a *asm) sxtl2H(d, n V) { a.two(0x4f10a400, "sxtl2", "4s", "8h", d, n) }
func (a *asm) addvS(d, n V)  { a.word(0x4eb1b800|uint32(n)<<5|uint32(d), "addv s%d, %v.4s", int(d), n) }
func (a *asm) fmaxv(d, n V)  { a.word(0x6e30f800|uint32(n)<<5|uint32(d), "fmaxv s%d, %v.4s", int(d), n) }
func (a *asm) fmaxnmv(d, n V) {
	a.word(0x6e30c800|uint32(n)<<5|uint32(d), "fmaxnmv s%d, %v.4s", int(d), n)
}
func (a *asm) halfToFloat(d, n V) {
	a.word(0x1ee24000|uint32(n)<<5|uint32(d), "fcvt s%d, h%d", int(d), int(n))
}

// sum adds the four floats of v into its first.
func (a *asm) sum(v V) {
	a.faddp(v, v, v)
	a.faddp(v, v, v)
}

func (a *asm) ushrB(d, n V, by int) {
	a.word(0x6f000400|uint32(16-by)<<16|uint32(n)<<5|uint32(d), "ushr %v.16b, %v.16b, #%d", d, n, by)
}

func (a *asm) shlB(d, n V, by int) {
	a.word(0x4f005400|uint32(8+by)<<16|uint32(n)<<5|uint32(d), "shl %v.16b, %v.16b, #%d", d, n, by)
}

func (a *asm) shlS(d, n V, by int) {
	a.word(0x4f005400|uint32(32+by)<<16|uint32(n)<<5|uint32(d), "shl %v.4s, %v.4s, #%d", d, n, by)
}

// tbl looks bytes of m up in the sixteen of n.
func (a *asm) tbl(d, n, m V) {
	a.word(0x4e000000|uint32(m)<<16|uint32(n)<<5|uint32(d), "tbl %v.16b, {%v.16b}, %v.16b", d, n, m)
}

// dupS repeats word i of n.
func (a *asm) dupS(d, n V, i int) {
	a.word(0x4e000400|uint32(i<<3|4)<<16|uint32(n)<<5|uint32(d), "dup %v.4s, %v.s[%d]", d, n, i)
}

// fill repeats the low 32 bits of a general register.
func (a *asm) fill(d V, r R) {
	a.word(0x4e040c00|uint32(r)<<5|uint32(d), "dup %v.4s, w%d", d, int(r))
}

func (a *asm) zero(d V) { a.word(0x4f000400|uint32(d), "movi %v.4s, #0", d) }

func (a *asm) bytes(d V, value uint8) {
	a.word(0x4f00e400|uint32(value>>5)<<16|uint32(value&31)<<5|uint32(d), "movi %v.16b, #%d", d, value)
}

// constant repeats a float; R17 is overwritten.
func (a *asm) constant(d V, bits uint32) {
	a.op("MOVD $%#x, R17", bits)
	a.fill(d, 17)
}

// load reads n consecutive registers from p; with step, p goes on.
func (a *asm) load(d V, n int, p R, step bool) {
	code := map[int]uint32{1: 7, 2: 10, 3: 6, 4: 2}[n]
	if step {
		a.word(0x4cdf0000|code<<12|uint32(p)<<5|uint32(d), "ld1 {%s}, [x%d], #%d", list(d, n), int(p), 16*n)
		return
	}
	a.word(0x4c400000|code<<12|uint32(p)<<5|uint32(d), "ld1 {%s}, [x%d]", list(d, n), int(p))
}

// store writes them.
func (a *asm) store(d V, n int, p R, step bool) {
	code := map[int]uint32{1: 7, 2: 10, 3: 6, 4: 2}[n]
	if step {
		a.word(0x4c9f0000|code<<12|uint32(p)<<5|uint32(d), "st1 {%s}, [x%d], #%d", list(d, n), int(p), 16*n)
		return
	}
	a.word(0x4c000000|code<<12|uint32(p)<<5|uint32(d), "st1 {%s}, [x%d]", list(d, n), int(p))
}

func list(d V, n int) string {
	var names []string
	for i := range n {
		names = append(names, (d+V(i)).String()+".16b")
	}
	return strings.Join(names, ", ")
}

// loadQ reads a register from p and an offset, a multiple of 16 or from -256 to 255.
func (a *asm) loadQ(d V, p R, at int) {
	if at >= 0 && at%16 == 0 {
		a.word(0x3dc00000|uint32(at/16)<<10|uint32(p)<<5|uint32(d), "ldr q%d, [x%d, #%d]", int(d), int(p), at)
		return
	}
	a.word(0x3cc00000|uint32(at&0x1ff)<<12|uint32(p)<<5|uint32(d), "ldur q%d, [x%d, #%d]", int(d), int(p), at)
}

func (a *asm) storeQ(d V, p R, at int) {
	a.word(0x3d800000|uint32(at/16)<<10|uint32(p)<<5|uint32(d), "str q%d, [x%d, #%d]", int(d), int(p), at)
}

// loadStep reads a register and moves p on.
func (a *asm) loadStep(d V, p R, by int) {
	a.word(0x3cc00400|uint32(by&0x1ff)<<12|uint32(p)<<5|uint32(d), "ldr q%d, [x%d], #%d", int(d), int(p), by)
}

func (a *asm) loadD(d V, p R, at int) {
	a.word(0xfd400000|uint32(at/8)<<10|uint32(p)<<5|uint32(d), "ldr d%d, [x%d, #%d]", int(d), int(p), at)
}

func (a *asm) storeD(d V, p R, at int) {
	a.word(0xfd000000|uint32(at/8)<<10|uint32(p)<<5|uint32(d), "str d%d, [x%d, #%d]", int(d), int(p), at)
}

func (a *asm) loadS(d V, p R, at int) {
	a.word(0xbd400000|uint32(at/4)<<10|uint32(p)<<5|uint32(d), "ldr s%d, [x%d, #%d]", int(d), int(p), at)
}

func (a *asm) storeS(d V, p R, at int) {
	a.word(0xbd000000|uint32(at/4)<<10|uint32(p)<<5|uint32(d), "str s%d, [x%d, #%d]", int(d), int(p), at)
}

func (a *asm) loadH(d V, p R, at int) {
	a.word(0x7d400000|uint32(at/2)<<10|uint32(p)<<5|uint32(d), "ldr h%d, [x%d, #%d]", int(d), int(p), at)
}

// loadLane reads word i of d, and leaves the others.
func (a *asm) loadLane(d V, i int, p R) {
	a.word(0x0d408000|uint32(i>>1)<<30|uint32(i&1)<<12|uint32(p)<<5|uint32(d), "ld1 {%v.s}[%d], [x%d]", d, i, int(p))
}

// loadLaneStep is loadLane, and moves p on by a register.
func (a *asm) loadLaneStep(d V, i int, p, by R) {
	w := 0x0dc08000 | uint32(i>>1)<<30 | uint32(i&1)<<12 | uint32(by)<<16
	a.word(w|uint32(p)<<5|uint32(d), "ld1 {%v.s}[%d], [x%d], x%d", d, i, int(p), int(by))
}

// loadLaneH reads half word i of d, and leaves the others.
func (a *asm) loadLaneH(d V, i int, p R) {
	a.word(0x0d404000|uint32(i>>2)<<30|uint32(i>>1&1)<<12|uint32(i&1)<<11|uint32(p)<<5|uint32(d), "ld1 {%v.h}[%d], [x%d]", d, i, int(p))
}

// loadAll reads a word and repeats it.
func (a *asm) loadAll(d V, p R) {
	a.word(0x4d40c800|uint32(p)<<5|uint32(d), "ld1r {%v.4s}, [x%d]", d, int(p))
}

// near asks for the line at p.
func (a *asm) near(p R) { a.word(0xf9800000|uint32(p)<<5, "prfm pldl1keep, [x%d]", int(p)) }

// arg is a parameter and where it goes: a general register, or V for a float.
type arg struct {
	name, typ string
	to        any
}

// function starts a function and loads its parameters.
func (a *asm) function(name, doc string, result bool, args ...arg) {
	var params []string
	for _, p := range args {
		params = append(params, p.name+" "+p.typ)
	}
	results, size := "", offset(args, len(args))
	if result {
		results = " float32"
		size += 4
	}
	signature := fmt.Sprintf("func %s(%s)%s", name, strings.Join(params, ", "), results)
	fmt.Fprintf(&a.stubs, "\n// %s %s\n//\n//go:noescape\n%s\n", name, doc, signature)
	fmt.Fprintf(&a.out, "\n// %s\nTEXT ·%s(SB), NOSPLIT, $0-%d\n", signature, name, size)
	a.parameters(args)
}

// offset returns where parameter i is, or, beyond the last, the result.
func offset(args []arg, i int) int {
	at := 0
	for k, p := range args {
		size := 8
		if p.typ == "float32" {
			size = 4
		}
		if at = (at + size - 1) &^ (size - 1); k == i {
			return at
		}
		at += size
	}
	return (at + 7) &^ 7
}

// parameters loads them.
func (a *asm) parameters(args []arg) {
	for i, p := range args {
		switch to := p.to.(type) {
		case R:
			a.op("MOVD %s+%d(FP), %v", p.name, offset(args, i), to)
		case V:
			a.op("FMOVS %s+%d(FP), F%d", p.name, offset(args, i), int(to))
		}
	}
}

// give returns the first float of v.
func (a *asm) give(v V, args ...arg) {
	a.op("FMOVS F%d, ret+%d(FP)", int(v), offset(args, len(args)))
	a.op("RET")
}
