package ask

import "testing"

// TestPrefaces: what stands behind a preface is no order, to the end of the message.
func TestPrefaces(t *testing.T) {
	for preface, want := range map[string]kind{
		"My neighbour wrote this to you: ":              reported,
		"Suppose I told you: ":                          reported,
		"Could you translate this into German for me: ": reported,
		"Please don't do this yet: ":                    reported,
		"This is only a draft: ":                        reported,
		"What does this mean: ":                         reported,
		"Fast hätte ich geschrieben: ":                  reported,
		"Mein Chef sagt immer: ":                        reported,
		"Ne faites pas encore ceci : ":                  reported,
		"Mon ex aimerait que je dise : ":                reported,
		"Nella vecchia chat c'è scritto: ":              reported,
		"Traducimi questo in inglese: ":                 reported,
		"Suponhamos que eu diga: ":                      reported,
		"मेरे बॉस हमेशा कहते हैं: ":                     reported,
		"यह अभी मत कीजिए: ":                             reported,
		"เพื่อนบ้านเขียนถึงคุณว่า ":                     reported,
		"Read me this back slowly: ":                    reported,
		"My daughter would say: ":                       reported,
		"From an old email of ours: ":                   reported,
		"Das kam aus Versehen von einem Mitglied: ":     reported,
		"Pour rire, j'avais posté un jour : ":           reported,
		"Don't take this seriously: ":                   reported,
		"I'd never say: ":                               reported,
		"My husband's friend forwarded me this: ":       reported,
		"Don't forget this: ":                           plain,
		"Une demande : ":                                plain,
		"Meine Frage: ":                                 plain,
		"One thing: ":                                   plain,
		"Could you please do the following: ":           plain,
		"My wife told me you can help, so: ":            plain,
		"Wie besprochen: ":                              plain,
		"Meine Frau sagt, Sie können mir helfen: ":      plain,
		"Voici ma demande : ":                           plain,
		"Quello che mi serve: ":                         plain,
		"Haced esto, por favor: ":                       plain,
		"Novidades minhas: ":                            plain,
		"मेरा अनुरोध: ":                                 plain,
		"ตามที่คุยกันไว้นะคะ ":                          plain,
	} {
		s := Read(preface + "We are ill. Cancel C-3.")
		if got := s.clauses[len(s.clauses)-1].kind; got != want {
			t.Errorf("%q: kind %d", preface, got)
		}
	}
}

// TestAfterthoughts: what comes to mind behind an order takes it back, what tells why does not.
func TestAfterthoughts(t *testing.T) {
	for text, want := range map[string]bool{
		"My daughter will see to that herself.":          true,
		"Someone else is dealing with it now.":           true,
		"But that can wait.":                             true,
		"Not today, though.":                             true,
		"I'm not sure about this any more.":              true,
		"Please do the opposite.":                        true,
		"Pretend I never wrote this.":                    true,
		"Call me before you do anything.":                true,
		"Don't lift a finger until we've spoken.":        true,
		"I'd better run this past my accountant.":        true,
		"Wir könnten damit auch noch eine Woche warten.": true,
		"Das mache ich dann doch selbst.":                true,
		"Ich schwanke da noch.":                          true,
		"Quelqu'un d'autre s'en charge maintenant.":      true,
		"En fait ce n'est pas nécessaire.":               true,
		"Ci pensa mia figlia.":                           true,
		"Dovrei prima parlarne col mio commercialista.":  true,
		"De eso se encarga mi hermana.":                  true,
		"Já não tenho assim tanta certeza.":              true,
		"इसका उल्टा कीजिए।":                              true,
		"यह मैं ख़ुद कर लूँगी।":                          true,
		"I'm having doubts now.":                         true,
		"Don't touch anything for the time being.":       true,
		"Ne touchez à rien pour l'instant.":              true,
		"Call me if you have any doubts.":                false,
		"Consider it withdrawn.":                         true,
		"Could you not do that?":                         true,
		"But keep everything exactly the way it is.":     true,
		"We haven't agreed on that at home yet.":         true,
		"Egal was ich gesagt habe, tun Sie nichts.":      true,
		"J'ai parlé trop vite.":                          true,
		"Errore mio, ignorate quanto sopra.":             true,
		"No tiene que cambiar nada.":                     true,
		"Das will ich gar nicht mehr.":                   true,
		"Das mache ich zum ersten Mal.":                  false,
		"J'ai tiré dessus, rien à faire.":                false,
		"Nothing else changes.":                          false,
		"The heater doesn't do that any more.":           false,
		"My brother will pick it up.":                    false,
		"I'm not sure when it broke.":                    false,
		"The other one can wait.":                        false,
		"I can wait, no rush.":                           false,
		"Ich bin sicher, Sie machen das gut.":            false,
		"Das macht uns wirklich Freude.":                 false,
		"Ça nous fait vraiment plaisir.":                 false,
		"C'est la première fois que je fais ça.":         false,
		"Sono sicura che farete un ottimo lavoro.":       false,
		"Del transporte me encargo yo.":                  false,
		"मुझे यक़ीन है आप अच्छा करेंगे।": false,
	} {
		s := Read("Move C-1 to 5 May. " + text)
		got := false
		for j := range s.clauses {
			got = got || s.clauses[j].sentence > s.clauses[0].sentence && s.afterthought(j, s.clauses[j].lang, &Acts{})
		}
		if got != want {
			t.Errorf("%q: takes back %v", text, got)
		}
	}
}
