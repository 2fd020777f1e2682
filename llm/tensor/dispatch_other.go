//go:build !(amd64 || arm64) || noasm

package tensor

func usableKernels() []kernels { return []kernels{genericKernels} }
