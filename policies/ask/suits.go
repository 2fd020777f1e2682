package ask

// Conditions that are none: who says "if that's all right", "wenn das ginge" or "if you don't mind" asks politely.

var (
	suiting = wordSets["suits"]
	trouble = wordSets["trouble"]
	around  = wordSets["around"]
)

// suits returns where a condition ends that says no more than that it is to suit, 0 if none begins at a word. In front,
// and behind another sentence, it may point back to what that asks.
func (c *cutter) suits(i int) int {
	t := &c.list[i]
	if t.starts&ifs == 0 || t.starts&(unless|await) != 0 || t.quoted || (len(c.cur.words) == 0 || c.onlyOpeners()) && c.at.from > 0 {
		return 0
	}
	const most = 9 // words
	if from := span(c.list, i, ifs); from != i+1 && c.list[i+1].text != "'s" {
		return 0 // "only if"
	}
	core, not, mind := false, false, false
	end := i + 1
	for ; end < len(c.list); end++ {
		w := &c.list[end]
		if w.sign || c.lang&th != 0 && end > i+1 && w.at > c.list[end-1].end || c.lang == hi && w.text == "तो" && core {
			break
		}
		switch {
		case w.quoted, end > i+most:
			return 0
		case trouble[w.text]&c.lang != 0:
			mind = true
		case suiting[w.text]&c.lang != 0:
			core = true
		case w.starts&(negator|nothing) != 0:
			not = true
		case around[w.text]&c.lang == 0:
			return 0
		}
	}
	if not && !mind || !core && !mind || mind && !not && c.lang&th == 0 {
		return 0
	}
	if end < len(c.list) && c.list[end].text == "तो" {
		end++
	}
	return end
}
