package main

import (
	"os"
	"slices"
	"strings"

	"github.com/alecthomas/kong"
)

// otherVariables are those that no flag names.
var otherVariables = []string{"CHASKI_MODELS", "CHASKI_KERNELS", "NATS_PASSWORD", "HF_ENDPOINT", "HF_TOKEN", "OLLAMA_MODELS", "OLLAMA_REGISTRY", "OTEL_EXPORTER_OTLP_ENDPOINT"}

// kernelSets are the values of CHASKI_KERNELS, see tensor.KernelName.
var kernelSets = []string{"generic", "avx2", "avx512", "avx512bf16", "amx", "neon"}

// environment takes the variables that are empty out of the environment, as an empty folder
// would be this one, and refuses those that are blank, which nobody means.
func environment(n *kong.Node) error {
	for _, name := range append(variables(n), otherVariables...) {
		text, set := os.LookupEnv(name)
		switch {
		case !set:
		case text == "":
			_ = os.Unsetenv(name)
		case strings.TrimSpace(text) == "":
			return usage("the environment variable %s is blank: give it a value, or unset it", name)
		}
	}
	if want := os.Getenv("CHASKI_KERNELS"); want != "" && !slices.Contains(kernelSets, want) {
		return usage("CHASKI_KERNELS is %q, want one of %s", want, strings.Join(kernelSets, ", "))
	}
	return nil
}

// variables are those that flags read.
func variables(n *kong.Node) (names []string) {
	for _, f := range n.Flags {
		names = append(names, f.Envs...)
	}
	for _, c := range n.Children {
		names = append(names, variables(c)...)
	}
	return names
}
