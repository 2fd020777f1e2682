// Package chaski is the root of a runtime for agents that call tools. It holds no
// code: see package llm for the contract of a model, and the README for the rest.
package chaski
