// Package hub finds models by name: on the Hugging Face hub, in an Ollama registry, or
// on this disk, where other programs may have left them.
//
// A name says where a model comes from:
//
//	hf:OWNER/REPO[:TAG]        GGUF files of a repository; TAG picks the number format
//	hf:OWNER/REPO/FILE.gguf    that file
//	ollama:[OWNER/]NAME[:TAG]  what `ollama pull` would get
//	llama3.1                   one of [Short]
//
// The address of a repository or a file there is a name for it, too.
//
// [Hub.Path] returns where a named model lies and pulls it if it is nowhere; [Hub.Pull]
// asks the source again. A file is written as a part beside its place, checked against the
// hash that its source gives and then renamed, so what has a file's name is that file. The
// part's name holds the hash: a pull that was killed goes on from its last byte, and a file
// that has changed meanwhile is begun anew.
//
// Models in the hub's own cache and in Ollama's folder are used where they lie.
package hub
