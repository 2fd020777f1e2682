package ask

// "Volevo chiedere se si poteva spostare la visita 8911": who wants to know whether somebody could do something asks
// them to do it. What makes it a request is the user who wants to know, and a verb of ability in the form of courtesy
// or of those who are spoken to; "se si può", or whether it costs anything, is a question.

// words of an indirect request: wishes in the first person, what is wished for, "if", what may stand between, and
// verbs of ability.
var (
	wishesToKnow = wordSets["wishToKnow"]
	toKnow       = wordSets["toKnow"]
	whetherWords = wordSets["whether"]
	amid         = wordSets["amid"]
	abilities    = wordSets["ability"]
	atAll        = wordSets["atAll"]
	haveForms    = map[string]lang{"avoir": fr, "avere": it, "aver": it, "haber": es, "ter": pt}
)

// markWhether makes frames of indirect requests among tokens.
func markWhether(list []token, l lang) {
	if l&(fr|it|es|pt) == 0 {
		return
	}
	for i := range list {
		if wishesToKnow[list[i].text]&l == 0 || list[i].quoted {
			continue
		}
		from, to := i, wished(list, i, l)
		if to < 0 {
			continue
		}
		for from > 0 && wishesToKnow[list[from-1].text]&l != 0 {
			from--
		}
		if from > 0 && !list[from-1].sign && list[from-1].within&(opener|and) == 0 {
			continue // "Ana quería preguntar si …"
		}
		if to < len(list) && haveForms[list[to].text]&l != 0 {
			return // "se podiam ter passado"
		}
		for k := to; k < len(list); k++ {
			if atAll[list[k].text]&l != 0 {
				return
			}
		}
		for k := from; k < to; k++ {
			list[k].starts &^= overruled
			list[k].within = list[k].within&^overruled | frame
		}
		list[from].starts |= frame
		list[from].length[bit(frame)] = uint8(to - from)
		return
	}
}

// wished returns where an indirect request ends that begins at a word, before what is asked for; −1 if none does.
func wished(list []token, i int, l lang) int {
	const most = 7 // words between
	at := func(k int, set map[string]lang) bool {
		return k < len(list) && !list[k].quoted && set[list[k].text]&l != 0
	}
	for at(i, wishesToKnow) {
		i++
	}
	known := false
	for !at(i, whetherWords) && (at(i, toKnow) || at(i, amid)) {
		known = known || at(i, toKnow)
		i++
	}
	if !known && !at(i, whetherWords) || !at(i, whetherWords) {
		return -1
	}
	i++
	for k := i; k < min(len(list), i+most); k++ {
		switch {
		case at(k, abilities):
			k++
			for at(k, amid) || k < len(list) && (list[k].text == "que" || list[k].text == "che" || list[k].text == "de" || list[k].text == "d'" || list[k].text == "a" && l&it != 0) {
				k++
			}
			return k
		case !at(k, amid):
			return -1
		}
	}
	return -1
}
