package tensor

import (
	"io/fs"
	"math"
	"path"
	"strconv"
	"strings"
)

// cpuQuota returns how many processors' time the control groups of this process allow, with
// fractions, as the files of a Linux system below root say; infinite where there is no limit.
// It knows the files of both versions of control groups: cpu.max, and cpu.cfs_quota_us with
// its period.
func cpuQuota(root fs.FS) float64 {
	quota := math.Inf(1)
	eachGroup(root, "cpu", func(dir string, two bool) { quota = min(quota, limitOf(root, dir, two)) })
	return quota
}

// memoryLeft returns how many bytes the control groups of this process still allow it, what
// the system would take back from files counted as free; MaxInt64 where there is no limit.
func memoryLeft(root fs.FS) int64 {
	left := int64(math.MaxInt64)
	eachGroup(root, "memory", func(dir string, two bool) {
		limit, used, files := "memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file"
		if two {
			limit, used, files = "memory.max", "memory.current", "inactive_file"
		}
		most, ok := number(root, dir+"/"+limit)
		taken, ok2 := number(root, dir+"/"+used)
		if !ok || !ok2 || most >= 1<<62 { // "max", or the largest number of pages
			return
		}
		for _, line := range lines(root, dir+"/memory.stat") {
			if text, found := strings.CutPrefix(line, files+" "); found {
				n, _ := strconv.ParseInt(text, 10, 64)
				taken -= n
			}
		}
		left = min(left, max(0, most-taken))
	})
	return left
}

// number reads a file that holds one.
func number(root fs.FS, name string) (int64, bool) {
	n, err := strconv.ParseInt(strings.Join(lines(root, name), ""), 10, 64)
	return n, err == nil
}

// eachGroup visits the folders of the control groups of this process that can limit what the
// controller gives it. In a hierarchy each group is bound by those above it, so these too.
func eachGroup(root fs.FS, controller string, visit func(dir string, two bool)) {
	groups, mounts := lines(root, "proc/self/cgroup"), lines(root, "proc/self/mountinfo")
	for _, g := range groups { // number:controllers:path
		part := strings.SplitN(g, ":", 3)
		if len(part) != 3 {
			continue
		}
		two := part[1] == ""
		if !two && !has(part[1], controller) {
			continue
		}
		for _, m := range mounts {
			at, top, ok := groupMount(m, controller, two)
			if !ok {
				continue
			}
			// What is mounted may be a part of the hierarchy, and the group beyond it.
			group, found := within(part[2], top)
			if !found {
				group = "/"
			}
			for dir := group; ; dir = path.Dir(dir) {
				visit(path.Join(at, dir)[1:], two)
				if dir == "/" {
					break
				}
			}
		}
	}
}

// groupMount reads a line of mountinfo: where control groups of a controller are mounted, and
// which part of their hierarchy that is.
func groupMount(line, controller string, two bool) (at, top string, ok bool) {
	mount, super, found := strings.Cut(line, " - ")
	f, s := strings.Fields(mount), strings.Fields(super)
	if !found || len(f) < 5 || len(s) < 3 {
		return "", "", false
	}
	if two && s[0] != "cgroup2" || !two && (s[0] != "cgroup" || !has(s[2], controller)) {
		return "", "", false
	}
	at = path.Clean(strings.NewReplacer(`\040`, " ", `\011`, "\t", `\012`, "\n", `\134`, `\`).Replace(f[4]))
	return at, f[3], strings.HasPrefix(at, "/")
}

// within returns the path p below top, from "/" on.
func within(p, top string) (string, bool) {
	if top == "/" {
		return path.Clean("/" + p), true
	}
	rest, ok := strings.CutPrefix(p, top)
	return path.Clean("/" + rest), ok && (rest == "" || rest[0] == '/')
}

// limitOf is the limit of one group, whose files are in dir.
func limitOf(root fs.FS, dir string, two bool) float64 {
	var quota, period string
	if two {
		f := strings.Fields(strings.Join(lines(root, dir+"/cpu.max"), " "))
		if len(f) != 2 {
			return math.Inf(1) // the root has no such file
		}
		quota, period = f[0], f[1]
	} else {
		quota = strings.Join(lines(root, dir+"/cpu.cfs_quota_us"), "")
		period = strings.Join(lines(root, dir+"/cpu.cfs_period_us"), "")
	}
	q, err := strconv.ParseFloat(quota, 64) // "max", or −1 in the first version
	p, err2 := strconv.ParseFloat(period, 64)
	if err != nil || err2 != nil || !(q > 0) || !(p > 0) {
		return math.Inf(1)
	}
	return q / p
}

func lines(root fs.FS, name string) []string {
	data, err := fs.ReadFile(root, name)
	if err != nil {
		return nil
	}
	return strings.Split(strings.TrimSpace(string(data)), "\n")
}

// has reports whether a list with commas has the word.
func has(list, word string) bool {
	for w := range strings.SplitSeq(list, ",") {
		if w == word {
			return true
		}
	}
	return false
}

// threadsFor returns how many threads to use of procs processors with a quota. A part of a
// processor is worth a thread: while all run, they use the quota up sooner and stand still for
// the rest of the period. But then a thread that spins takes its time from one that works.
func threadsFor(procs int, quota float64) int {
	const nearly = 0.05 // is not worth the thread
	if quota >= float64(procs) {
		return procs
	}
	return max(1, int(math.Ceil(quota-nearly)))
}
