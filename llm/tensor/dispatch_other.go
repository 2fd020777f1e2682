//go:build !amd64 || noasm

package tensor

func bestKernels() kernels { return genericKernels }

func usableKernels() []kernels { return []kernels{genericKernels} }
