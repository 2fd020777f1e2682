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
	`insurance|insured|versicherung|versichert|assurance|assurée?|assicurazione|assicurat[oa]|seguro|asegurad[oa]|segurad[oa]|बीमा|बीमे|ประกันภัย|ประกัน`,
	`gift wrap|gift wrapping|gift wrapped|giftwrap|geschenkpapier|geschenkverpackung|emballage cadeau|papier cadeau|carta regalo|confezione regalo|papel de regalo|envoltorio de regalo|papel de presente|embrulho de presente|गिफ्ट रैप|ห่อของขวัญ`,
	`receipt|quittung|beleg|reçu|ricevuta|scontrino|recibo|comprobante|रसीद|ใบเสร็จ`,
	`archive|archiving|archived|archivieren|archivierung|archiver|archivage|archiviare|archiviazione|archivar|archivarlo|arquivar|arquivo|संग्रह|เก็บถาวร`,
	`express|express delivery|expressversand|exprès|espresso|exprés|expresso|एक्सप्रेस|ด่วน`,
	`organic|bio|biologique|biologic[oa]|ecológic[oa]|orgánic[oa]|orgânic[oa]|biológic[oa]|जैविक|ออร์แกนิก`,
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
	`deposit|kaution|caution|cauzione|fianza|depósito|caução|มัดจำ`,
}

// onces say by themselves that an order holds one time only.
const onces = `once only|only once|just once|one time only|just this once|nur einmal|einmalig|une seule fois|juste une fois|una sola volta|solo una volta|una sola vez|solo una vez|sólo una vez|só uma vez|apenas uma vez|uma única vez|सिर्फ एक बार|सिर्फ़ एक बार|केवल एक बार|แค่ครั้งเดียว|เพียงครั้งเดียว|ครั้งเดียว`

// flagWithout and flagWith are what stands before such a thing, flagBehind what stands behind it.
const (
	flagWith    = `with|including|plus|mit|inklusive|avec|con|com|พร้อม|รวม`
	flagWithout = `without|no|no need for|no need to|ohne|kein|keine|keinen|sans|pas de|pas d['’]|senza|niente|sin|nada de|sem|बिना|ไม่เอา|ไม่มี|ไม่ต้องมี|ไม่รวม|ไม่ต้อง`
	flagDet     = `a|an|the|any|ein|eine|einen|le|la|l['’]|un|una|une|um|uma|o`
	flagPlus    = `included|inklusive|inbegriffen|compris|inclus|incluso|inclusa|incluido|incluído|के साथ|सहित`
	flagMinus   = `के बिना|नहीं चाहिए|not included`
	courtesy    = `please|pls|thanks|thank you|bitte|danke|s['’]il (?:vous|te) pla[iî]t|merci|per favore|grazie|por favor|gracias|obrigad[oa]|कृपया|धन्यवाद|ครับ|ค่ะ|คะ|นะ`
)

// Flag finds a thing that an order is made with or without.
type Flag struct{ named, with, without *regexp.Regexp }

// flagFillers are words of a flag's name that say no more of it.
var flagFillers = map[string]bool{"is": true, "has": true, "with": true, "include": true, "included": true, "includes": true, "add": true, "wants": true, "want": true, "needs": true}

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
	for _, row := range flags {
		if slices.Contains(strings.Split(row, "|"), name) {
			called = row
		}
	}
	for _, w := range also {
		called += "|" + regexp.QuoteMeta(strings.ToLower(w))
	}
	// Longer names first, so that a part is not taken for the whole.
	list := strings.Split(called, "|")
	slices.SortStableFunc(list, func(a, b string) int { return len(b) - len(a) })
	called = strings.Join(list, "|")
	alone := name == "once only" || name == "once" || name == "one time" || name == "one time only"
	if alone {
		called = onces
		list = nil
	}
	thanks := `(?:(?: it| them)?(?: needed| required| necessary)?(?: ?(?:` + courtesy + `))*)$`
	before := func(words string) string {
		return `(?:^|[ ,])(?:(?:and|und|et|e|y) )?(?:` + words + `) ?(?:(?:` + flagDet + `) ?)?(?:` + called + `)` + thanks
	}
	behind := func(words string) string { return `(?:^|[ ,])(?:` + called + `) (?:` + words + `)` + thanks }
	with := before(flagWith) + `|` + behind(flagPlus)
	if alone {
		with = `(?:^|[ ,])(?:` + called + `)` + thanks
	}
	for _, w := range list {
		if strings.HasSuffix(w, "ed") {
			with += `|^` + w + thanks // "gift wrapped"
		}
	}
	return &Flag{named: regexp.MustCompile(called), with: regexp.MustCompile(with), without: regexp.MustCompile(before(flagWithout) + `|` + behind(flagMinus))}
}

// Names reports whether a text in lower case holds the flag's name, whatever it says of it.
func (f *Flag) Names(text string) bool { return f.named.MatchString(text) }

// Ends reports whether a part of a text in lower case ends with the flag, wanted or not, and what stands
// before that.
func (f *Flag) Ends(text string) (before string, wanted, ok bool) {
	if len(f.named.FindAllStringIndex(text, 2)) != 1 {
		return "", false, false
	}
	if at := f.without.FindStringIndex(text); at != nil {
		return strings.TrimSpace(text[:at[0]]), false, true
	}
	if at := f.with.FindStringIndex(text); at != nil {
		return strings.TrimSpace(text[:at[0]]), true, true
	}
	return "", false, false
}

// Courteous reports whether a text says nothing but please and thanks.
func Courteous(text string) bool { return courteous.MatchString(text) }

var courteous = regexp.MustCompile(`^[ ,.!]*(?:(?:` + courtesy + `)[ ,.!]*)*$`)
