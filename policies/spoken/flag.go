package spoken

import (
	"regexp"
	"slices"
	"strings"
)

// flags are things that an order is made with or without, as they are called in the languages: the
// first of a row are what tools call them.
var flags = []string{
	`breakfast|frühstück|petit[ -]déjeuner|petit[ -]déj|colazione|prima colazione|desayuno|café da manhã|pequeno[ -]almoço|नाश्ते|नाश्ता|อาหารเช้า`,
	`lunch|mittagessen|déjeuner|pranzo|almuerzo|almoço|दोपहर का खाना|दोपहर के खाने|อาหารกลางวัน`,
	`dinner|abendessen|dîner|cena|jantar|रात का खाना|रात के खाने|อาหารเย็น`,
	`insurance|insured|insure|versicherung|versichert|assurance|assurée?|assicurazione|assicurat[oa]|seguro|asegurad[oa]|segurad[oa]|बीमा|बीमे|ประกันภัย|ประกัน`,
	`gift wrap|gift wrapping|gift wrapped|giftwrap|geschenkpapier|geschenkverpackung|emballage cadeau|papier cadeau|carta regalo|confezione regalo|papel de regalo|envoltorio de regalo|papel de presente|embrulho de presente|गिफ्ट रैप|ห่อของขวัญ`,
	`receipt|quittung|beleg|reçu|ricevuta|scontrino|recibo|comprobante|रसीद|ใบเสร็จ`,
	`archive|archiving|archived|archivieren|archivierung|archiver|archivage|archivez|archivé|archivée|archivier|archiviert|archiviere|archiviare|archivia|archiviat[oa]|archiviazione|archivar|archivarl[oa]|archiva|archívalo|archívala|archívese|archivad[oa]|arquivar|arquivá-l[oa]|arquive|arquivad[oa]|arquivo|संग्रह|आर्काइव|เก็บถาวร|เก็บเข้าคลัง`,
	`express|express delivery|expressversand|exprès|espresso|exprés|expresso|एक्सप्रेस|ด่วน`,
	`organic|bio|biologique|biologic[oa]|ecológic[oa]s?|biologich[ei]|biologiques?|bios|orgánic[oa]|orgânic[oa]|biológic[oa]|जैविक|ออร์แกนิก`,
	`paper copy|papierkopie|copie papier|copia cartacea|copia en papel|cópia em papel|कागज़ी प्रति|สำเนากระดาษ`,
	`sauna|saunazugang|सौना|ซาวน่า`,
	`parking|parking space|parkplatz|stationnement|place de parking|parcheggio|aparcamiento|estacionamiento|estacionamento|पार्किंग|ที่จอดรถ`,
	`delivery|lieferung|livraison|consegna|entrega|डिलीवरी|จัดส่ง`,
	`signature|unterschrift|firma|assinatura|हस्ताक्षर|ลายเซ็น`,
	`warranty|guarantee|garantie|garanzia|garantía|garantia|वारंटी|การรับประกัน`,
	`child seat|kindersitz|siège enfant|seggiolino|silla infantil|cadeirinha|เบาะเด็ก`,
	`towels|towel|handtücher|handtuch|serviettes|asciugamani|toallas|toalhas|तौलिया|तौलिए|ผ้าเช็ดตัว`,
	`guide|führer|accompagnatore|guida|guía|guia|गाइड|มัคคุเทศก์|ไกด์`,
	`loan car|courtesy car|replacement car|ersatzwagen|leihwagen|ersatzauto|voiture de prêt|voiture de remplacement|véhicule de prêt|auto sostitutiva|macchina sostitutiva|auto di cortesia|coche de sustitución|coche de cortesía|coche de préstamo|carro de substituição|carro reserva|viatura de substituição|किराए की गाड़ी|बदले की गाड़ी|รถสำรอง|รถทดแทน`,
	`wheelchair|rollstuhl|fauteuil roulant|sedia a rotelle|silla de ruedas|cadeira de rodas|व्हीलचेयर|รถเข็น`,
	`invoice|rechnung|facture|fattura|factura|fatura|चालान|ใบแจ้งหนี้`,
	`installation|einbau|montage|pose|installazione|montaggio|instalación|montaje|instalação|montagem|ติดตั้ง`,
	`balcony|balkon|balcon|balcone|balcón|varanda|बालकनी|ระเบียง`,
	`air conditioning|klimaanlage|climatisation|clim|aria condizionata|aire acondicionado|ar condicionado|एसी|แอร์`,
	`driver|fahrer|chauffeur|conducteur|autista|conductor|motorista|ड्राइवर|คนขับ`,
	`catering|verpflegung|restauration|ristorazione|खानपान|จัดเลี้ยง`,
	`sugar|zucker|sucre|zucchero|azúcar|açúcar|चीनी|น้ำตาล`,
	`milk|milch|lait|latte|leche|leite|दूध|นม`,
	`color|colour|in color|in colour|colored|coloured|full color|full colour|farbe|farben|farbig|farbdruck|bunt|couleur|couleurs|colore|colori|cor|cores|colorido|colorida|color|colores|रंगीन|रंग में|แบบสี|สี่สี`,
	`heating|heated|heizung|beheizt|chauffage|chauffée?|riscaldamento|riscaldat[oa]|calefacción|climatizad[oa]|aquecimento|aquecid[oa]|हीटिंग|हीटर|ฮีตเตอร์|เครื่องทำความร้อน`,
	`gluten free|glutenfrei|sans gluten|senza glutine|sin gluten|sem glúten|ग्लूटेन मुक्त|ไม่มีกลูเตน`,
	`urgent|urgently|dringend|eilig|eilt|urgente|urgentemente|urgemment|अर्जेंट|ज़रूरी|जरूरी|ด่วน|เร่งด่วน`,
	`assistance|help|hilfe|unterstützung|betreuung|assistenza|aide|asistencia|ayuda|assistência|ajuda|सहायता|मदद|ความช่วยเหลือ`,
	`siren|sirene|sirène|sirena|sirenen|blaulicht|सायरन|ไซเรน`,
	`photo|picture|foto|photographie|फ़ोटो|फोटो|รูปถ่าย`,
	`pickup|pick up|collection|abholung|retrait|enlèvement|ritiro|recogida|recolha|retirada|पिकअप|รับของ`,
	`deposit|kaution|caution|cauzione|fianza|depósito|caução|มัดจำ`,
}

// contraries are words by which a thing is said not to be wanted, by what tools call it.
var contraries = map[string]string{
	"color":     `black and white|black-and-white|black & white|b/w|b&w|b & w|monochrome|greyscale|grayscale|schwarz[- ]?weiß|schwarz[- ]?weiss|s/w|noir et blanc|n&b|bianco e nero|b/n|blanco y negro|preto e branco|preto-e-branco|श्वेत-श्याम|ब्लैक एंड व्हाइट|ขาวดำ`,
	"organic":   `conventional|conventionally grown|konventionell|konventionelle[rns]?|conventionnel|conventionnelles?|convenzional[ei]|convencional|convencionales|convencionais`,
	"insurance": `uninsured|unversichert|non assurée?|non assicurat[oa]`,
	"express":   `no rush|no hurry|keine eile|nicht eilig|eilt nicht|pas pressée?|pas urgent|rien ne presse|senza fretta|nessuna fretta|sin prisas?|sem pressa|कोई जल्दी नहीं|ไม่รีบ|ไม่ด่วน`,
	"urgent":    `no rush|no hurry|keine eile|nicht eilig|eilt nicht|pas pressée?|rien ne presse|senza fretta|nessuna fretta|sin prisas?|sem pressa|कोई जल्दी नहीं|ไม่รีบ|ไม่ด่วน`,
	"heating":   `unheated|unbeheizt`,
}

// onces say by themselves that an order holds one time only.
const onces = `once only|only once|just once|one time only|just this once|nur einmal|einmalig|une seule fois|juste une fois|una sola volta|solo una volta|una sola vez|solo una vez|sólo una vez|só uma vez|apenas uma vez|uma única vez|सिर्फ एक बार|सिर्फ़ एक बार|केवल एक बार|แค่ครั้งเดียว|เพียงครั้งเดียว|ครั้งเดียว`

// What stands before such a thing and behind it.
const (
	flagWith    = `(?:who |which |that )?(?:needs|need|needing)|(?:der |die )?(?:braucht|benötigt)|(?:qui )?a besoin d['’]|(?:che )?ha bisogno di|(?:que )?(?:necesita|precisa de|precisa)|with|including|include|plus|mit|inklusive|avec|con|com|พร้อม|รวม|เอา|as|als|comme|come|como|in|en|a|auf`
	flagAdd     = `add|put|book|turn on|switch on|füg(?:e|en sie)?|buch(?:e|en sie)?|ajout(?:e|ez|er)|mets|mettez|aggiung(?:i|a|ere|ete)|metti|añad(?:e|a|ir)|añádele|pon|ponga|adiciona|adicione|adicionar|acrescent(?:a|e|ar)|põe|ponha|เพิ่ม|เปิด`
	flagWithout = `without|with no|no need for|no need to|not with|not in|not as|not to be|no|not|non-|un|ohne|kein|keine|keinen|nicht|nicht mit|nicht in|nicht als|sans|pas de|pas d['’]|pas en|pas avec|pas|senza|niente|non in|non|sin|nada de|no en|no con|sem|não em|não com|não|nao|बिना|ไม่เอา|ไม่ต้องการ|ไม่มี|ไม่ต้องมี|ไม่รวม|ไม่ต้อง|ไม่`
	flagRemove  = `take off|take|remove|drop|strike|strike out|cross out|leave out|leave off|skip|cancel|turn off|switch off|delete|scrap|lose|nimm|nehmen sie|streich|streiche|streichen sie|entfern|entferne|entfernen sie|lass|lassen sie|storniere?|enl[eè]v(?:e|ez|er)|retir(?:e|ez|er)|supprim(?:e|ez|er)|annul(?:e|ez|er)|[oô]t(?:e|ez|er)|togli|tolga|togliere|togliete|leva|levi|elimin[aio]|rimuov(?:i|a|ere)|annull[ai]|cancell[ai]|quit(?:a|e|ar)|quítale|elimin(?:a|e|ar)|suprim(?:e|a|ir)|cancel(?:a|e|ar)|anul(?:a|e|ar)|sac(?:a|ar)|saque|borr(?:a|e|ar)|tir(?:a|e|ar)|retir(?:a|ar)|remov(?:a|e|er)|เอา|ตัด|ยกเลิก|ถอด|ปิด`
	flagDet     = `the|a|an|any|her|his|their|das|der|die|den|dem|ein|eine|einen|le|la|les|l['’]|un|une|il|lo|gli|i|una|el|los|las|o|os|as|um|uma`
	flagPlus    = `included|please|on|inklusive|inbegriffen|compris|comprise|inclus|incluse|incluso|inclusa|incluido|incluida|incluído|incluída|के साथ|सहित|dazu|dazubuchen|hinzufügen|चालू|ด้วย`
	flagMinus   = `के बिना|नहीं चाहिए|नहीं|मत|not included|not needed|not required|not necessary|nicht|nicht nötig|nicht erforderlich|non|non serve|pas nécessaire|no hace falta|não precisa|não é preciso`
	flagGone    = `off|out|away|weg|raus|aus|ab|streichen|entfernen|weglassen|wegnehmen|rausnehmen|herausnehmen|abbestellen|stornieren|हटा|हटाओ|हटाएँ|हटाइए|निकाल|ออก|को हटा|को निकाल`
	flagAnd     = `and|but|und|aber|et|mais|e|ed|ma|y|pero|mas|और|และ|แต่`
	courtesy    = `please|pls|thanks|thank you|bitte|danke|s['’]il (?:vous|te) pla[iî]t|svp|merci|per favore|grazie|por favor|porfa|gracias|obrigad[oa]|कृपया|धन्यवाद|ครับ|ค่ะ|คะ|นะ`
)

// Says is what a text says of a flag's thing.
type Says uint8

// What it may say.
const (
	Unclear Says = iota
	Wanted
	Unwanted
)

// Mention is where a text has a flag's thing, with the words that say whether it is wanted.
type Mention struct {
	At, End int
	Says    Says
}

// Flag finds a thing that an order is made with or without.
type Flag struct{ named, thing, contrary *regexp.Regexp }

// flagFillers are words of a flag's name that say no more of it.
var flagFillers = map[string]bool{"is": true, "has": true, "with": true, "include": true, "included": true, "includes": true, "add": true, "wants": true, "want": true, "needs": true, "in": true, "as": true}

// NewFlag returns what finds the flag of a name, given in words, by what else it is called too, and nil for a
// name that says nothing.
func NewFlag(words []string, also ...string) *Flag {
	name := strings.Join(slices.DeleteFunc(slices.Clone(words), func(w string) bool { return flagFillers[w] }), " ")
	if len(name) < 3 && len(also) == 0 {
		return nil
	}
	called := regexp.QuoteMeta(name)
	if len(name) < 3 {
		called = regexp.QuoteMeta(strings.ToLower(also[0]))
	}
	first := name
	for _, row := range flags {
		if list := strings.Split(row, "|"); slices.Contains(list, name) {
			called, first = row, list[0]
		}
	}
	for _, w := range also {
		called += "|" + regexp.QuoteMeta(strings.ToLower(w))
	}
	f := &Flag{}
	if name == "once only" || name == "once" || name == "one time" || name == "one time only" {
		called = onces
	}
	f.named, f.thing = regexp.MustCompile(longestFirst(called)), bounded(called)
	if row := contraries[first]; row != "" {
		f.contrary = bounded(row)
	}
	return f
}

// longestFirst orders alternatives so that a part is not taken for the whole.
func longestFirst(row string) string {
	list := strings.Split(row, "|")
	slices.SortStableFunc(list, func(a, b string) int { return len(b) - len(a) })
	return strings.Join(list, "|")
}

// bounded matches alternatives as words of their own, in the plural, too; Thai has no blanks.
func bounded(row string) *regexp.Regexp {
	return regexp.MustCompile(`(?:^|[^\p{L}\p{M}\d_]|[\p{Thai}])((?:` + longestFirst(row) + `)(?:s|es|e|en|n|er|d)?)(?:$|[^\p{L}\p{M}\d_]|[\p{Thai}])`)
}

var (
	mentionWithout = regexp.MustCompile(`(?:^|[ ,(])(?:(?:` + flagAnd + `) )?(?:` + flagWithout + `) ?(?:(?:` + flagDet + `) ?)?$|(?:ไม่เอา|ไม่ต้องการ|ไม่มี|ไม่ต้องมี|ไม่รวม|ไม่ต้อง|ไม่)$`)
	mentionWith    = regexp.MustCompile(`(?:^|[ ,(])(?:(?:` + flagAnd + `) )?(?:(?:` + flagWith + `|` + flagAdd + `) ?)?(?:(?:` + flagDet + `) ?)?$|(?:พร้อม|รวม|เอา|เพิ่ม|เปิด)$`)
	mentionRemove  = regexp.MustCompile(`(?:^|[ ,(])(?:(?:` + flagAnd + `) )?(?:(?:` + courtesy + `) )?(?:` + flagRemove + `) (?:(?:` + courtesy + `) )?(?:(?:` + flagDet + `) ?)?$|(?:ตัด|ยกเลิก|ถอด|(?:^|[^เ])ปิด)$`)
	mentionMinus   = regexp.MustCompile(`^ (?:` + flagMinus + `)(?:$|[ ,])`)
	mentionGone    = regexp.MustCompile(`^ (?:(?:` + courtesy + `) )?(?:` + flagGone + `)(?:$|[ ,])|^ออก`)
	mentionEnds    = regexp.MustCompile(`^ (?:\S+ ){0,5}(?:(?:be |to be )?(?:dropped|removed|cancelled|canceled|scrapped|left out|taken off|taken out)|streichen|gestrichen|entfernen|entfernt|weglassen|wegnehmen|rausnehmen|herausnehmen|abbestellen|abbestellt|stornieren|storniert|weg|raus|हटा दो|हटा दें|हटा दीजिए|हटाइए|निकाल दीजिए|निकाल दो)(?: (?:` + courtesy + `))*$`)
	mentionPlus    = regexp.MustCompile(`^ (?:(?:` + courtesy + `) )?(?:` + flagPlus + `)(?:$|[ ,])|^ด้วย`)
	// mentionUnsure are words beside a thing that leave open what is said of it.
	mentionUnsure = regexp.MustCompile(`(?:^| )(?:if|unless|except|said|says|say|wants|wanted|asks?|asked|told|not|no|never|don['’]t|doesn['’]t|isn['’]t|aren['’]t|wasn['’]t|without|or|whether|wenn|falls|ob|außer|sagt|sagte|nicht|kein|keine|keinen|ohne|oder|si|sauf|dit|ne|n['’]|pas|sans|ou|se|dice|non|senza|niente|excepto|salvo|sin|não|sem|disse|diz|अगर|यदि|नहीं|मत|बिना|कहा|या|ถ้า|ไม่|บอก|หรือ)(?: |$)|(?:^| )n['’]|(?:^| )(?:con|com) (?:o|ou) |(?:ถ้า|ไม่|บอก|หรือ)`)
	mentionJoint  = regexp.MustCompile(` (?:` + flagAnd + `) |(?:และ|แต่)`)
)

// Mentions finds the thing in a part of a text in lower case, and what is said of it there.
func (f *Flag) Mentions(part string) (out []Mention) {
	for _, re := range []*regexp.Regexp{f.thing, f.contrary} {
		if re == nil {
			continue
		}
		for from := 0; from < len(part); {
			at := re.FindStringSubmatchIndex(part[from:])
			if at == nil {
				break
			}
			m := mention(part, from+at[2], from+at[3])
			if re == f.contrary && m.Says != Unclear {
				m.Says = Wanted + Unwanted - m.Says
			}
			if !slices.ContainsFunc(out, func(o Mention) bool { return m.At < o.End && o.At < m.End }) {
				out = append(out, m)
			}
			from += at[3]
		}
	}
	slices.SortFunc(out, func(a, b Mention) int { return a.At - b.At })
	return out
}

// mention reads what stands before a thing and behind it.
func mention(part string, at, end int) Mention {
	m := Mention{at, end, Wanted}
	before, behind := part[:at], part[end:]
	denied, gone := false, false
	if k := mentionWithout.FindStringIndex(before); k != nil {
		m.At, denied = k[0], true
	} else if k := mentionRemove.FindStringIndex(before); k != nil {
		m.At, gone = k[0], true
	} else if k := mentionWith.FindStringIndex(before); k != nil {
		m.At = k[0]
	}
	if k := mentionMinus.FindStringIndex(behind); k != nil {
		m.End, denied = end+len(strings.TrimRight(behind[:k[1]], " ,")), !denied
		if !denied {
			m.Says = Unclear
		}
	} else if k := mentionGone.FindStringIndex(behind); k != nil {
		m.End, gone = end+len(strings.TrimRight(behind[:k[1]], " ,")), true
	} else if mentionEnds.MatchString(behind) { // "Frühstück bei B-3 bitte streichen"
		gone = true
	} else if k := mentionPlus.FindStringIndex(behind); k != nil {
		m.End = end + len(strings.TrimRight(behind[:k[1]], " ,"))
	}
	switch {
	case m.Says == Unclear, denied && gone, mentionUnsure.MatchString(part[:m.At]), mentionUnsure.MatchString(beforeJoint(part[m.End:])):
		m.Says = Unclear
	case denied, gone:
		m.Says = Unwanted
	}
	return m
}

// beforeJoint cuts a text at the first word that joins.
func beforeJoint(text string) string {
	if at := mentionJoint.FindStringIndex(text); at != nil {
		return text[:at[0]]
	}
	return text
}

// Names reports whether a text in lower case holds the flag's name, whatever it says of it.
func (f *Flag) Names(text string) bool {
	return f.named.MatchString(text) || f.contrary != nil && f.contrary.MatchString(text)
}

// Courteous reports whether a text says nothing but please and thanks.
func Courteous(text string) bool { return courteous.MatchString(text) }

var courteous = regexp.MustCompile(`^[ ,.!]*(?:(?:` + courtesy + `)[ ,.!]*)*$`)
