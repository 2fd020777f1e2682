package expert

import (
	"encoding/json"
	"slices"
	"strings"

	"github.com/chaski-dev/chaski/llm"
)

// acting are English verbs of orders that no reading of anything carries out.
var acting = strings.Fields(`accept activate add apply approve archive arrange assign ban block book buy call cancel change charge claim clean close
confirm copy create deactivate decline delete deliver deploy disable donate drop edit email enable enrol erase exchange execute fire fix forward hire install invite
kill launch lock mail make message move mute notify open order pause pay phone play post postpone print purchase put reboot refund register reject remind remove rename
rent repair replace reply report reschedule reserve reset restart resume return ring save schedule sell send set share shut sign start stop store submit subscribe
switch text transfer turn unblock unlock unsubscribe update upgrade upload water write`)

// polite are words before the verb of an order.
var polite = strings.Fields(`please pls kindly can could would will you i want wanna need like d ll s ' ’ , ¿ ¡ to me us help let lets just now ok okay hey hi hello and then so also now go ahead`)

// hollow are words that are no value by themselves.
var hollow = strings.Fields(`what when where who whom whose which why how whats wheres it its them ' ’ ? they their that this these those there here the a an my your our his her me
i you we he she is are was were be do does did can could should will would of to in on at for from and or not any some one ones thing things please now`)

// Harmless says that a call that was not asked for would cost nothing but an odd answer: its
// tool changes nothing, as far as it says, it is no order for something that the tool does not
// do, and no value is a mere pronoun or word of the question.
func Harmless(asked string, t llm.ToolSpec, args json.RawMessage) bool {
	tool := split(t.Name + " " + t.Description)
	return !t.Changes && !orders(asked, tool) && !empty(split(t.Name), args)
}

// orders says that each part of a request begins with the verb of an order that a tool's
// words do not have.
func orders(asked string, tool []string) bool {
	parts := Parts(asked)
	return len(parts) > 0 && !slices.ContainsFunc(parts, func(part string) bool {
		words := split(part)
		for len(words) > 0 && slices.Contains(polite, words[0]) {
			words = words[1:]
		}
		return len(words) == 0 || !slices.Contains(acting, words[0]) || slices.ContainsFunc(tool, func(w string) bool { return stem(w) == stem(words[0]) })
	})
}

// Foreign says that a request is an order for what no tool does.
func Foreign(asked string, tools []llm.ToolSpec) bool {
	var all []string
	for _, t := range tools {
		all = append(all, split(t.Name+" "+t.Description)...)
	}
	return orders(asked, all)
}

// empty says that a value has no word but hollow ones and those of the tool's name.
func empty(name []string, args json.RawMessage) bool {
	var given map[string]any
	if json.Unmarshal(args, &given) != nil {
		return true
	}
	for _, v := range given {
		s, ok := v.(string)
		if words := split(s); ok && len(words) > 0 && !slices.ContainsFunc(words, func(w string) bool { return !slices.Contains(hollow, w) && !slices.Contains(name, w) }) {
			return true
		}
	}
	return false
}
