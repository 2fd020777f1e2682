package main

// benchCmd groups the measurements.
type benchCmd struct {
	Agent  benchAgentCmd  `cmd:"" help:"Concurrent runs on a scripted model: rate, memory, and none lost when killed."`
	Cache  benchCacheCmd  `cmd:"" help:"What the cache saves: a prefix that many runs share, a sequence read back from disk."`
	Decode benchDecodeCmd `cmd:"" help:"Prefill and decode speed of a model, beside what the machine can do."`
	Tools  benchToolsCmd  `cmd:"" help:"Latency and rate of tool calls, beside a bare NATS request and the disk."`
}
