// Package corpus makes up conversations that teach a small model to call tools.
//
// Everything is composed from the short lists in this package by a seeded random
// source: tool names, parameters, people, places, numbers, questions, results and
// answers. Nothing is taken from elsewhere. The lists are split: of every five entries
// the last is held out, so that [Source] with Held set draws tools, parameters,
// entities and phrasings that no training conversation contains.
//
// A [Conversation] is structured, and rendered by package chat, so that what a model is
// trained on equals what the runtime will show it, byte for byte.
package corpus
