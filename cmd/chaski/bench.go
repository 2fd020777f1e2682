package main

// benchCmd groups the measurements.
type benchCmd struct {
	Decode benchDecodeCmd `cmd:"" help:"Prefill and decode speed of a model, beside what the machine can do."`
}
