// Command train makes the small model's data and files: see README.md.
package main

import (
	"flag"
	"fmt"
	"os"
)

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "train:", err)
		os.Exit(1)
	}
}

func run(args []string) error {
	if len(args) == 0 {
		return fmt.Errorf("want a command: vocab, pack, show, export, average, experts, fit or eval")
	}
	f := flag.NewFlagSet(args[0], flag.ContinueOnError)
	o := options{}
	f.StringVar(&o.dir, "dir", "llm/mini/train/out", "folder of the data and checkpoints")
	f.Uint64Var(&o.seed, "seed", 1, "seed of the conversations")
	f.IntVar(&o.n, "n", 0, "conversations to read (vocab), thousand tokens to pack (pack), cases of each skill (eval)")
	f.IntVar(&o.size, "size", 6144, "tokens in the vocabulary")
	f.IntVar(&o.row, "row", 640, "tokens in a row of training data")
	f.StringVar(&o.text, "text", "", "folder whose Markdown files count as text (vocab)")
	f.StringVar(&o.from, "from", "", "files of conversations and texts in JSON lines, with commas between them, FILE*2 twice (vocab, pack, eval); model files with their shares, A*0.75,B*0.25 (average)")
	f.StringVar(&o.data, "data", "data.bin", "file of training data in the folder (pack)")
	f.Float64Var(&o.brief, "brief", 0, "part of the conversations whose tools are declared briefly (pack)")
	f.Float64Var(&o.examples, "examples", 0.45, "part of the conversations that are about the examples' tasks (pack)")
	f.IntVar(&o.exchanges, "exchanges", 3, "most exchanges in a conversation whose tools are declared natively (pack)")
	f.Float64Var(&o.drill, "drill", 0, "part of the conversations that are drills of one skill (pack)")
	f.StringVar(&o.model, "m", "llm/mini/model.gguf", "model file to write (export, average) or to read (eval)")
	f.StringVar(&o.mix, "mix", "Q8_0", "number format of the model file")
	f.StringVar(&o.skill, "skill", "", "only this skill (eval, show)")
	f.StringVar(&o.people, "people", "", "the set that no generator made: dev, test, fields or firms (eval)")
	f.Float64Var(&o.call, "call", 0, "least probability of opening a call at which one is made, 0 for what the file says (eval -people)")
	f.Float64Var(&o.sure, "sure", 0, "least confidence at which a call is made, 0 for what the file says (eval -people) or for the best (fit)")
	f.BoolVar(&o.all, "all", false, "what users say is learned, too (pack -from)")
	f.BoolVar(&o.verbose, "v", false, "show each wrong answer (eval)")
	f.BoolVar(&o.held, "held", false, "show held-out conversations (show)")
	f.BoolVar(&o.seen, "seen", false, "conversations drawn like those of training (eval)")
	f.BoolVar(&o.free, "free", false, "without the grammar (eval)")
	f.IntVar(&o.beams, "beams", 0, "beams that the model file advises (export); beams, 0 for what the file advises (eval)")
	if err := f.Parse(args[1:]); err != nil {
		return err
	}
	switch args[0] {
	case "vocab":
		return vocab(o)
	case "pack":
		return pack(o)
	case "show":
		return show(o)
	case "export":
		return export(o)
	case "eval":
		return evaluate(o)
	case "average":
		return average(o)
	case "experts":
		return putExperts(o)
	case "fit":
		return fit(o)
	}
	return fmt.Errorf("no command %q: want vocab, pack, show, export, average, experts, fit or eval", args[0])
}

type options struct {
	dir, data, text, from, model, mix, skill, people string
	seed                                             uint64
	n, size, row, exchanges, beams                   int
	verbose, held, free, seen, all                   bool
	brief, drill, examples, call, sure               float64
}
