//go:build ignore

package main

import (
	"encoding/csv"
	"fmt"
	"html"
	"math"
	"os"
	"strconv"
	"strings"
)

// A roofline has two kinds of lines: a roof, its name, and the rate in GB/s or in thousand
// million multiply-adds (G); and a point, its name, the multiply-adds for a byte that is read
// from memory, and their rate in G.
type roof struct {
	name   string
	rate   float64
	memory bool
}

type point struct {
	name     string
	per, got float64
}

func readRoofline(file string) (roofs []roof, points []point, err error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, nil, err
	}
	defer f.Close()
	r := csv.NewReader(f)
	r.Comment, r.FieldsPerRecord = '#', 4
	lines, err := r.ReadAll()
	if err != nil {
		return nil, nil, err
	}
	for _, l := range lines {
		a, err := strconv.ParseFloat(l[2], 64)
		if err != nil {
			return nil, nil, err
		}
		switch {
		case l[0] == "roof" && (l[3] == "GB/s" || l[3] == "G/s"):
			roofs = append(roofs, roof{l[1], a, l[3] == "GB/s"})
		case l[0] == "point":
			b, err := strconv.ParseFloat(l[3], 64)
			if err != nil {
				return nil, nil, err
			}
			points = append(points, point{l[1], a, b})
		default:
			return nil, nil, fmt.Errorf("want roof,name,rate,GB/s or G/s, or point,name,multiply-adds a byte,G: %q", l)
		}
	}
	return roofs, points, nil
}

// drawRoofline has both scales logarithmic, from a tenth to 10,000 multiply-adds a byte and from
// 10 to 10,000 G.
func drawRoofline(roofs []roof, points []point) string {
	const left, top, width, height = 70, 20, 600, 360
	x := func(v float64) float64 { return left + width*(math.Log10(v)+1)/5 }
	y := func(v float64) float64 { return top + height*(1-(math.Log10(v)-1)/3) }
	var out strings.Builder
	text := func(x, y float64, anchor, s string) {
		fmt.Fprintf(&out, "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\">%s</text>\n", x, y, anchor, html.EscapeString(s))
	}
	line := func(x1, y1, x2, y2 float64, style string) {
		fmt.Fprintf(&out, "<line x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\" %s/>\n", x1, y1, x2, y2, style)
	}
	for e := -1; e <= 4; e++ {
		v := math.Pow(10, float64(e))
		line(x(v), top, x(v), top+height, "stroke=\"#e4e0d6\"")
		text(x(v), top+height+16, "middle", fmt.Sprint(v))
		if e > 0 {
			line(left, y(v), left+width, y(v), "stroke=\"#e4e0d6\"")
			text(left-8, y(v)+4, "end", fmt.Sprint(v))
		}
	}
	text(left+width/2, top+height+34, "middle", "multiply-adds for a byte read from memory")
	text(8, 12, "start", "thousand million multiply-adds a second")
	memory := 0.0
	for _, r := range roofs {
		if r.memory {
			memory = r.rate
		}
	}
	most := 0.0
	for _, r := range roofs {
		if !r.memory {
			most = max(most, r.rate)
			line(x(r.rate/memory), y(r.rate), left+width, y(r.rate), "stroke=\"#2f6f9f\" stroke-width=\"2\"")
			text(left+width-4, y(r.rate)-5, "end", r.name)
		}
	}
	line(x(10/memory), y(10), x(most/memory), y(most), "stroke=\"#2f6f9f\" stroke-width=\"2\"")
	for _, r := range roofs {
		if r.memory {
			text(x(6), y(6*r.rate)-8, "end", r.name)
		}
	}
	for _, p := range points {
		fmt.Fprintf(&out, "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"4\" fill=\"#b5654a\"/>\n", x(p.per), y(p.got))
		text(x(p.per)+9, y(p.got)+4, "start", p.name)
	}
	return fmt.Sprintf("<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"720\" height=\"430\" font-family=\"sans-serif\" font-size=\"12\">\n<rect width=\"100%%\" height=\"100%%\" fill=\"#ffffff\"/>\n%s</svg>\n", out.String())
}
