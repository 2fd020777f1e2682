//go:build ignore

// Command plot draws the charts of BENCHMARKS.md: an SVG beside each CSV file of results in
// this folder. Run in it:
//
//	go run plot.go roofline.go
//
// A line of a file is a chart, a label on its axis, a series, and figures, of which the
// median is drawn; roofline.go says what is in a file whose name begins with roofline.
package main

import (
	"encoding/csv"
	"fmt"
	"html"
	"log"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// bar is the median of a series' figures under a label.
type bar struct {
	label, series string
	value         float64
}

// chart is bars side by side.
type chart struct {
	title string
	bars  []bar
}

func main() {
	files, err := filepath.Glob("*.csv")
	if err != nil {
		log.Fatal(err)
	}
	for _, file := range files {
		var picture string
		if strings.HasPrefix(file, "roofline") {
			roofs, points, e := readRoofline(file)
			picture, err = drawRoofline(roofs, points), e
		} else {
			charts, e := read(file)
			picture, err = "", e
			if e == nil {
				picture = draw(charts)
			}
		}
		if err == nil {
			err = os.WriteFile(strings.TrimSuffix(file, ".csv")+".svg", []byte(picture), 0o644)
		}
		if err != nil {
			log.Fatalf("%s: %v", file, err)
		}
	}
}

func read(file string) (charts []chart, err error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	r := csv.NewReader(f)
	r.Comment, r.FieldsPerRecord = '#', -1
	lines, err := r.ReadAll()
	if err != nil {
		return nil, err
	}
	for _, l := range lines {
		if len(l) < 4 {
			return nil, fmt.Errorf("a line of %d columns, want a chart, a label, a series and figures: %q", len(l), l)
		}
		var turns []float64
		for _, t := range l[3:] {
			v, err := strconv.ParseFloat(t, 64)
			if err != nil {
				return nil, err
			}
			turns = append(turns, v)
		}
		slices.Sort(turns)
		if len(charts) == 0 || charts[len(charts)-1].title != l[0] {
			charts = append(charts, chart{title: l[0]})
		}
		c := &charts[len(charts)-1]
		c.bars = append(c.bars, bar{l[1], l[2], (turns[(len(turns)-1)/2] + turns[len(turns)/2]) / 2})
	}
	return charts, nil
}

// draw returns the charts under each other, each with a scale of its own.
func draw(charts []chart) string {
	const left, width, row, gap, head = 130, 520, 18, 8, 34
	colours := []string{"#2f6f9f", "#c9c3b4", "#7a9e5f", "#b5654a"}
	var series []string
	var out strings.Builder
	y := 30
	for _, c := range charts {
		most := slices.MaxFunc(c.bars, func(a, b bar) int { return int(1000 * (a.value - b.value)) }).value
		fmt.Fprintf(&out, "<text x=\"8\" y=\"%d\" font-weight=\"bold\">%s, tokens/s</text>\n", y+14, html.EscapeString(c.title))
		y += head - 8
		label := ""
		for _, b := range c.bars {
			k := slices.Index(series, b.series)
			if k < 0 {
				k = len(series)
				series = append(series, b.series)
			}
			if b.label != label {
				label = b.label
				y += gap
				fmt.Fprintf(&out, "<text x=\"%d\" y=\"%d\" text-anchor=\"end\">%s</text>\n", left-8, y+row, html.EscapeString(label))
			}
			w := width * b.value / most
			fmt.Fprintf(&out, "<rect x=\"%d\" y=\"%d\" width=\"%.1f\" height=\"%d\" fill=\"%s\"/>\n", left, y, w, row-3, colours[k%len(colours)])
			fmt.Fprintf(&out, "<text x=\"%.1f\" y=\"%d\">%.4g</text>\n", left+w+6, y+12, b.value)
			y += row
		}
		y += head / 2
	}
	var legend strings.Builder
	for k, s := range series {
		fmt.Fprintf(&legend, "<rect x=\"%d\" y=\"8\" width=\"12\" height=\"12\" fill=\"%s\"/><text x=\"%d\" y=\"18\">%s</text>\n", left+150*k, colours[k%len(colours)], left+150*k+18, html.EscapeString(s))
	}
	return fmt.Sprintf("<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"720\" height=\"%d\" font-family=\"sans-serif\" font-size=\"12\">\n<rect width=\"100%%\" height=\"100%%\" fill=\"#ffffff\"/>\n%s%s</svg>\n", y, legend.String(), out.String())
}
