package tensor

import "golang.org/x/sys/unix"

// HugePages asks for large pages of memory, mapped or reserved, before it is touched:
// attention jumps between places that are megabytes apart, and a page table walk for each
// 4 KiB costs more than reading them; weights are read 5% faster.
// Without them all works, slower, so a refusal is no error. Small areas stay as they
// are: they would be committed whole.
func HugePages(mem []byte) {
	if len(mem) >= 64<<20 {
		_ = unix.Madvise(mem, unix.MADV_HUGEPAGE)
	}
}
