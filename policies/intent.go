package policies

import (
	"fmt"
	"slices"
	"strings"
	"unicode"

	"github.com/chaski-dev/chaski/policies/label"
)

// A value that the user named for one purpose can be used for another: "read my
// inbox" names the inbox, and a mail in it may say that the inbox be deleted. So a
// call is bound to the user's words only if one of its values is named and not used
// up by an earlier call, or if the user asks for what the tool does.

// actions are groups of words for one action. A tool's name is looked for in them,
// and then the user's words for any word of its groups.
var actions = []string{
	"send mail email write message forward reply respond answer tell notify inform text ping contact invite",
	"pay transfer wire send remit settle refund donate tip",
	"delete remove erase trash discard purge clear drop empty",
	"book reserve buy order",
	"order buy purchase get checkout",
	"create write make add put store save record draft note append insert upload compose generate",
	"write save put store create draft note add append overwrite fix edit update change summarise summarize",
	"update change set edit modify rename fix correct replace adjust reset",
	"move transfer relocate file",
	"share give grant invite send",
	"archive file store",
	"cancel revoke stop withdraw undo",
	"post publish tweet review comment share rate announce",
	"review rate post comment",
	"run execute start launch build test",
	"open fetch get download visit browse load",
	"schedule plan arrange book set add create invite reschedule",
	"approve accept confirm allow",
	"decline reject refuse deny",
	"subscribe", "unsubscribe", "block ban", "unblock", "close resolve", "reopen", "merge", "deploy release ship", "install", "uninstall",
	"restart reboot", "assign", "submit file", "sign", "print", "call phone ring dial", "turn switch set", "lock", "unlock", "enable activate",
	"disable deactivate", "return refund", "exchange swap", "rename", "copy duplicate", "invite", "withdraw", "deposit", "sell", "upload", "remind",
}

// nouns are words of actions that more often name what a tool works on.
var nouns = strings.Fields("mail email message text file note book order review record draft post comment test call sign contact phone copy")

// wordsOf splits a tool's name: send_mail, sendMail and send-mail are send and mail.
func wordsOf(name string) []string {
	var b strings.Builder
	for i, r := range name {
		if unicode.IsUpper(r) && i > 0 {
			b.WriteByte(' ')
		}
		b.WriteRune(unicode.ToLower(r))
	}
	return strings.FieldsFunc(b.String(), func(r rune) bool { return !unicode.IsLetter(r) })
}

// verbs returns the words by which a user would ask for a tool: those that its
// labels declare, those of the actions that its name holds, or its first word.
func verbs(name string, labels map[string]string) []string {
	out := label.List(labels[label.KeyActions])
	parts := wordsOf(name)
	if len(parts) == 0 {
		return out
	}
	verb, rank := parts[0], 0
	for _, part := range parts {
		is := 0
		if slices.ContainsFunc(actions, func(group string) bool { return slices.Contains(strings.Fields(group), part) }) {
			if is = 2; slices.Contains(nouns, part) {
				is = 1
			}
		}
		if is > rank {
			verb, rank = part, is
		}
	}
	out = append(out, verb)
	for _, group := range actions {
		if list := strings.Fields(group); slices.Contains(list, verb) {
			out = append(out, list...)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// use is one value of the user's words in a call that was let through.
type use struct{ call, tool string }

func useKey(v any) string { return strings.ToLower(strings.TrimSpace(fmt.Sprint(v))) }

// fresh reports whether the user's words name the value more often than other calls
// have used it.
func (r *Run) fresh(v any, callID string) bool {
	calls := map[string]bool{}
	for _, u := range r.used[useKey(v)] {
		if u.call != callID {
			calls[u.tool] = true
		}
	}
	return r.context.Mentions(v) > len(calls)
}

// bound reports whether a call is tied to the user's words: see above. What a call
// that was bound has found in a trusted tool ties the next one.
func (r *Run) bound(t *tool, callID string, args map[string]any, labels map[string]label.Origin) bool {
	if r.context.Label().Integrity < label.Untrusted {
		return true
	}
	for _, name := range sortedKeys(args) {
		tied := false
		leaves(args[name], func(v any) {
			o := r.context.Find(v, false)
			switch o.How {
			case label.HowUser:
				tied = tied || r.fresh(v, callID)
			case label.HowTool:
				tied = tied || o.Label.Integrity <= label.Tool && slices.ContainsFunc(o.Sources, func(id string) bool { return r.tied[id] })
			}
		})
		if tied && labels[name].Label.Integrity < label.Untrusted {
			return true
		}
	}
	return r.context.Says(t.verbs)
}

// spend notes which of the user's values a call has used.
func (r *Run) spend(d Decision) {
	args, err := decode(d.Arguments)
	if err != nil {
		return
	}
	for _, name := range sortedKeys(args) {
		if d.Labels[name].How != label.HowUser {
			continue
		}
		leaves(args[name], func(v any) {
			key := useKey(v)
			r.used[key] = append(r.used[key], use{call: d.CallID, tool: d.Tool + " " + string(d.Arguments)})
		})
	}
}

// release forgets the uses of a call that failed: the user's wish is still open.
func (r *Run) release(callID string) {
	for _, key := range sortedKeys(r.used) {
		r.used[key] = slices.DeleteFunc(r.used[key], func(u use) bool { return u.call == callID })
	}
}
