package ask

import (
	"strings"
	"unicode/utf8"
)

// Verbs of French, Italian, Spanish and Portuguese have more stems than the one of their base form: cierre of cerrar,
// envoie of envoyer. Those that a rule gives are made here for verbs that tools declare; a stem that a verb does
// not have is no word, and does no harm.

// irregularStems are those that no rule gives, by the end of the base form: those of oponer are of poner.
var irregularStems = map[lang]map[string]string{
	fr: {"prendre": "pren prenn prend", "mettre": "met mett", "tenir": "tien tienn ten", "venir": "vien vienn ven", "faire": "fai fais fait faites fass fer", "crire": "cri criv", "battre": "bat batt", "suivre": "sui suiv",
		"soudre": "sou solv", "joindre": "join joign", "teindre": "tein teign", "indre": "in ign", "duire": "dui duis", "clure": "clu", "rompre": "romp", "partir": "par", "sortir": "sor", "servir": "ser", "recevoir": "reçoi", "cevoir": "çoi",
		"ouvrir": "ouvr", "offrir": "offr", "cueillir": "cueill", "quérir": "quier quér", "aller": "va aill", "vendre": "vend", "ouvoir": "eu euv"},
	it: {"dire": "di dic dice", "fare": "fa fai facci far fate", "porre": "pon pong", "durre": "duc", "trarre": "tra tragg", "gliere": "lg", "gnere": "ng", "tenere": "tien teng ten", "venire": "vien veng", "andare": "va vad", "uscire": "esc", "cogliere": "colg", "salire": "salg", "rimanere": "rimang", "muovere": "mov", "sedere": "sied", "potere": "poss", "correre": "corr"},
	es: {"poner": "pon pong", "tener": "ten teng", "venir": "ven veng", "hacer": "haz hag hic", "decir": "di dig dij", "salir": "sal salg", "traer": "traig traj", "caer": "caig", "oír": "oig oy", "ducir": "duzc duj", "cer": "zc", "cir": "zc",
		"coger": "coj", "ger": "j", "gir": "j", "guir": "g", "uir": "uy", "jugar": "jueg juegu", "valer": "valg", "solver": "suelv", "volver": "vuelv"},
	pt: {"por": "ponh põe pus", "pôr": "ponh põe põem pus", "ter": "tenh tém", "vir": "venh vém", "fazer": "faz faç fiz", "dizer": "diz dig", "trazer": "traz trag", "ver": "vej", "pedir": "peç", "medir": "meç", "ouvir": "ouç", "perder": "perc",
		"ger": "j", "gir": "j", "guir": "g", "sair": "sai", "air": "aia ai", "uzir": "uz", "cobrir": "cubr", "dormir": "durm", "subir": "sob"},
}

// otherStems returns the stems of a declared verb beside that of its base form.
func otherStems(word, base string, l lang) []string {
	var out []string
	add := func(s string) {
		if s != base && s != "" {
			out = append(out, s)
		}
	}
	const longest = 9 // letters of an end
	for from := max(0, len(word)-longest); from < len(word); from++ {
		stems, ok := irregularStems[l][word[from:]]
		if !ok {
			continue
		}
		for s := range strings.FieldsSeq(stems) {
			add(word[:from] + s)
		}
		break
	}
	switch l {
	case fr:
		add(respell(base, word, "er", "y", "i"))
		if end := base[max(0, len(base)-2):]; strings.HasSuffix(word, "er") && (end == "el" || end == "et") { // appelle, jette
			add(base + base[len(base)-1:])
		}
	case it:
		add(respell(base, word, "iare", "i", ""))
	case es:
		add(respell(base, word, "car", "c", "qu"))
		add(respell(base, word, "zar", "z", "c"))
		add(respell(base, word, "gar", "g", "gu"))
		for _, change := range []string{"e ie", "o ue", "e i", "o u"} {
			if from, to, _ := strings.Cut(change, " "); len(to) > 1 || strings.HasSuffix(word, "ir") {
				bent := bend(base, from, to)
				add(bent)
				add(respell(bent, word, "zar", "z", "c"))
				add(respell(bent, word, "gar", "g", "gu"))
			}
		}
	case pt:
		add(respell(base, word, "car", "c", "qu"))
		add(respell(base, word, "gar", "g", "gu"))
		if strings.HasSuffix(word, "ir") {
			add(bend(base, "e", "i"))
			add(bend(base, "o", "u"))
		}
	}
	return out
}

// respell returns a stem with another ending, if the base form ends as told; "" else.
func respell(stem, word, end, from, to string) string {
	if rest, ok := strings.CutSuffix(stem, from); ok && strings.HasSuffix(word, end) {
		return rest + to
	}
	return ""
}

// bend returns a stem with another last vowel, if it is the one told; "" else.
func bend(stem, from, to string) string {
	at := strings.LastIndexAny(stem, "aeiou")
	if at <= 0 || stem[at:at+1] != from {
		return ""
	}
	return stem[:at] + to + stem[at+1:]
}

// resultEnds are the endings of nouns for deeds that follow from the end of a base form: suspender, suspensión. Those
// that hang on the whole stem are in [names].
var resultEnds = map[lang][][2]string{
	fr: {{"endre", "ension"}, {"prendre", "prise"}, {"mettre", "mission"}, {"mettre", "mise"}, {"duire", "duction"}, {"truire", "truction"}, {"indre", "inte"}, {"clure", "clusion"}, {"crire", "cription"}, {"oudre", "olution"}, {"cevoir", "ception"}, {"enir", "enue"}, {"vendre", "vente"}, {"rendre", "reddition"},
		{"fier", "fication"}, {"quer", "cation"}, {"er", "e"}, {"er", ""}, {"er", "ure"}, {"erner", "ernement"}, {"oyer", "oi"}, {"nner", "nnement"}, {"iger", "ection"}},
	it: {{"udere", "usura"}, {"udere", "usione"}, {"endere", "ensione"}, {"endere", "esa"}, {"idere", "isione"}, {"ettere", "essione"}, {"ettere", "essa"}, {"durre", "duzione"}, {"porre", "posizione"}, {"trarre", "trazione"}, {"struire", "struzione"}, {"tuire", "tuzione"}, {"ggere", "zione"}, {"gere", "zione"}, {"gliere", "lta"}, {"rivere", "rizione"}, {"vere", "uzione"}, {"dire", "dizione"},
		{"sdire", "sdetta"}, {"edere", "essione"}, {"tere", "ta"}, {"iare", "io"}, {"icare", "ica"}, {"are", "a"}, {"are", "ito"}, {"gnare", "gna"}, {"gere", "ta"}, {"ungere", "unta"}},
	es: {{"ender", "ensión"}, {"cindir", "cisión"}, {"eder", "esión"}, {"cluir", "clusión"}, {"uir", "ución"}, {"itir", "isión"}, {"ertir", "ersión"}, {"ducir", "ducción"}, {"cribir", "cripción"}, {"olver", "olución"}, {"olver", "uelta"}, {"poner", "posición"}, {"traer", "tracción"}, {"egir", "ección"}, {"errar", "ierre"}, {"car", "cación"}, {"zar", "zación"}, {"cer", "cimiento"}, {"orrogar", "órroga"},
		{"egar", "iega"}, {"ar", "e"}, {"ar", "a"}, {"ear", "eo"}, {"añadir", "añadido"}, {"tregar", "trega"}},
	pt: {{"ender", "ensão"}, {"indir", "isão"}, {"edir", "edido"}, {"eder", "essão"}, {"cluir", "clusão"}, {"uir", "uição"}, {"itir", "issão"}, {"erter", "ersão"}, {"duzir", "dução"}, {"crever", "crição"}, {"olver", "olução"}, {"por", "posição"}, {"pôr", "posição"}, {"trair", "tração"}, {"eger", "eção"}, {"car", "cação"}, {"ar", "a"}, {"ar", "e"}, {"dar", "dança"}, {"ear", "eio"}, {"ocar", "oca"}, {"fazer", "feitura"}},
}

// nounsOf returns nouns for the deed of a declared verb.
func nounsOf(word string, l lang) []string {
	const least = 5 // letters of a noun
	var out []string
	for _, ends := range resultEnds[l] {
		if rest, ok := strings.CutSuffix(word, ends[0]); ok && len(rest+ends[1]) >= least && knownIn[rest+ends[1]] == 0 {
			out = append(out, rest+ends[1])
		}
	}
	return out
}

// bentStems are those German stems whose orders to one person have another vowel: gib of geben.
var bentStems = map[string]string{"helf": "hilf", "werf": "wirf", "berg": "birg", "gelt": "gilt", "sprech": "sprich", "brech": "brich", "stech": "stich", "treff": "triff", "nehm": "nimm", "ess": "iss", "fress": "friss", "mess": "miss", "geb": "gib",
	"tret": "tritt", "les": "lies", "seh": "sieh", "stehl": "stiehl", "befehl": "befiehl", "empfehl": "empfiehl", "werb": "wirb"}

// germanStems returns the stems of a German verb beside that of its base form: with the vowel of its order, and with
// its particle apart: "geben Sie … zurück" of zurückgeben.
func germanStems(base string) []stem {
	const least = 3 // letters of a stem
	var out []stem
	bent := ""
	for from, to := range bentStems {
		if rest, ok := strings.CutSuffix(base, from); ok {
			if bent == "" || len(rest+to) > len(bent) {
				bent = rest + to
			}
		}
	}
	if bent != "" {
		out = append(out, stem{text: bent})
	}
	for _, p := range separable {
		rest, ok := strings.CutPrefix(base, p)
		if !ok || utf8.RuneCountInString(rest) < least {
			continue
		}
		out = append(out, stem{text: rest, particle: p})
		if bent != "" {
			out = append(out, stem{text: strings.TrimPrefix(bent, p), particle: p})
		}
		break
	}
	return out
}
