package tensor

import (
	"math"
	"runtime"
	"sync/atomic"
	"testing"
	"testing/fstest"
	"time"
)

const (
	twoMount = "31 23 0:28 / /sys/fs/cgroup rw,nosuid - cgroup2 cgroup2 rw,nsdelegate\n"
	oneMount = "30 23 0:27 / /sys/fs/cgroup rw - tmpfs tmpfs rw\n33 31 0:30 / /sys/fs/cgroup/cpu,cpuacct rw,relatime shared:9 - cgroup cgroup rw,cpu,cpuacct\n36 31 0:32 / /sys/fs/cgroup/cpuset rw - cgroup cgroup rw,cpuset\n"
)

// TestQuota reads limits of both versions of control groups: whole and in parts, none, of
// groups above, within a mounted part of a hierarchy, and files that say nothing.
func TestQuota(t *testing.T) {
	none := math.Inf(1)
	for name, c := range map[string]struct {
		group, mounts string
		files         map[string]string
		want          float64
	}{
		"no control groups": {"", "", nil, none},
		"two, none":         {"0::/\n", twoMount, nil, none},
		"two, max":          {"0::/a\n", twoMount, map[string]string{"sys/fs/cgroup/a/cpu.max": "max 100000\n"}, none},
		"two, half":         {"0::/a\n", twoMount, map[string]string{"sys/fs/cgroup/a/cpu.max": "50000 100000\n"}, 0.5},
		"two, other period": {"0::/a\n", twoMount, map[string]string{"sys/fs/cgroup/a/cpu.max": "15000 10000\n"}, 1.5},
		"two, the one above": {"0::/a/b/c\n", twoMount, map[string]string{
			"sys/fs/cgroup/a/cpu.max": "200000 100000\n", "sys/fs/cgroup/a/b/cpu.max": "max 100000\n", "sys/fs/cgroup/a/b/c/cpu.max": "800000 100000\n"}, 2},
		"two, the namespace's root": {"0::/\n", twoMount, map[string]string{"sys/fs/cgroup/cpu.max": "100000 100000\n"}, 1},
		"two, a part is mounted": {"0::/box/a\n", "31 23 0:28 /box /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n",
			map[string]string{"sys/fs/cgroup/a/cpu.max": "250000 100000\n", "sys/fs/cgroup/box/a/cpu.max": "1 100000\n"}, 2.5},
		"two, a name that begins alike": {"0::/boxes/a\n", "31 23 0:28 /box /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n",
			map[string]string{"sys/fs/cgroup/es/a/cpu.max": "250000 100000\n", "sys/fs/cgroup/cpu.max": "300000 100000"}, 3},
		"two, damaged": {"0::/a\n0:\n", twoMount + "31 23\n", map[string]string{"sys/fs/cgroup/a/cpu.max": "x 0\n"}, none},
		"one, none": {"3:cpuset:/\n4:cpu,cpuacct:/a\n0::/\n", oneMount,
			map[string]string{"sys/fs/cgroup/cpu,cpuacct/a/cpu.cfs_quota_us": "-1\n", "sys/fs/cgroup/cpu,cpuacct/a/cpu.cfs_period_us": "100000\n"}, none},
		"one, nested": {"4:cpu,cpuacct:/a/b\n", oneMount, map[string]string{
			"sys/fs/cgroup/cpu,cpuacct/a/cpu.cfs_quota_us": "150000\n", "sys/fs/cgroup/cpu,cpuacct/a/cpu.cfs_period_us": "100000\n",
			"sys/fs/cgroup/cpu,cpuacct/a/b/cpu.cfs_quota_us": "400000\n", "sys/fs/cgroup/cpu,cpuacct/a/b/cpu.cfs_period_us": "100000\n",
			"sys/fs/cgroup/cpuset/a/cpu.cfs_quota_us": "10\n", "sys/fs/cgroup/cpuset/a/cpu.cfs_period_us": "100000\n"}, 1.5},
		"one, a container without a namespace": {"4:cpu,cpuacct:/docker/x\n", "33 31 0:30 /docker/x /sys/fs/cgroup/cpu rw - cgroup cgroup rw,cpu,cpuacct\n",
			map[string]string{"sys/fs/cgroup/cpu/cpu.cfs_quota_us": "50000\n", "sys/fs/cgroup/cpu/cpu.cfs_period_us": "100000\n"}, 0.5},
	} {
		root := fstest.MapFS{}
		for path, data := range c.files {
			root[path] = &fstest.MapFile{Data: []byte(data)}
		}
		if c.group != "" {
			root["proc/self/cgroup"] = &fstest.MapFile{Data: []byte(c.group)}
			root["proc/self/mountinfo"] = &fstest.MapFile{Data: []byte(c.mounts)}
		}
		if got := cpuQuota(root); got != c.want {
			t.Errorf("%s: %g, want %g", name, got, c.want)
		}
	}
}

// TestMemoryLeft reads what both versions of control groups leave of their memory: the least
// of the groups above, with what files hold that nobody uses.
func TestMemoryLeft(t *testing.T) {
	const one = "30 23 0:27 / /sys/fs/cgroup rw - tmpfs tmpfs rw\n33 31 0:30 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory\n"
	for name, c := range map[string]struct {
		group, mounts string
		files         map[string]string
		want          int64
	}{
		"none":     {"", "", nil, math.MaxInt64},
		"two, max": {"0::/a\n", twoMount, map[string]string{"a/memory.max": "max\n", "a/memory.current": "5\n"}, math.MaxInt64},
		"two": {"0::/a/b\n", twoMount, map[string]string{"a/memory.max": "1000\n", "a/memory.current": "900\n", "a/memory.stat": "anon 3\ninactive_file 250\n",
			"a/b/memory.max": "800\n", "a/b/memory.current": "100\n"}, 350},
		"two, more than there is": {"0::/a\n", twoMount, map[string]string{"a/memory.max": "1000\n", "a/memory.current": "1200\n"}, 0},
		"one":                     {"4:memory:/a\n0::/\n", one, map[string]string{"memory/a/memory.limit_in_bytes": "1000\n", "memory/a/memory.usage_in_bytes": "900\n", "memory/a/memory.stat": "inactive_file 1\ntotal_inactive_file 20\n", "memory/memory.limit_in_bytes": "9223372036854771712\n", "memory/memory.usage_in_bytes": "7\n"}, 120},
		"damaged":                 {"0::/a\n", twoMount, map[string]string{"a/memory.max": "x\n", "a/memory.current": "5\n"}, math.MaxInt64},
	} {
		root := fstest.MapFS{}
		for path, data := range c.files {
			root["sys/fs/cgroup/"+path] = &fstest.MapFile{Data: []byte(data)}
		}
		root["proc/self/cgroup"] = &fstest.MapFile{Data: []byte(c.group)}
		root["proc/self/mountinfo"] = &fstest.MapFile{Data: []byte(c.mounts)}
		if got := memoryLeft(root); got != c.want {
			t.Errorf("%s: %d, want %d", name, got, c.want)
		}
	}
}

// TestThreadsForQuota: as many threads as have work for their time, which spin only if none
// of them has to stand still for it.
func TestThreadsForQuota(t *testing.T) {
	for _, c := range []struct {
		procs int
		quota float64
		want  int
	}{{8, 0.01, 1}, {8, 0.5, 1}, {8, 1, 1}, {8, 1.02, 1}, {8, 1.5, 2}, {8, 2, 2}, {8, 7.5, 8}, {8, 8, 8}, {8, math.Inf(1), 8}, {2, 8, 2}, {1, 0.5, 1}} {
		if got := threadsFor(c.procs, c.quota); got != c.want {
			t.Errorf("%d processors, a quota of %g: %d threads, want %d", c.procs, c.quota, got, c.want)
		}
	}
	procs := min(runtime.GOMAXPROCS(0), runtime.NumCPU())
	for _, c := range []struct {
		threads int
		quota   float64
		spins   bool
	}{{0, 0.5, false}, {0, 1, true}, {0, float64(procs) - 0.5, false}, {0, math.Inf(1), true}, {procs + 1, math.Inf(1), false}, {1, 0.5, false}, {1, 1.5, true}} {
		p := newPool(c.threads, c.quota)
		if p.wait > 0 != c.spins {
			t.Errorf("%d threads, a quota of %g: %d threads that wait %v", c.threads, c.quota, p.Threads(), p.wait)
		}
		p.Close()
	}
}

// TestThrottledThread has one of four threads stand still for most of the time, as a thread
// whose quota is used up does, in the midst of an item. The others take the rest of its
// stretch, a job takes no longer than the pause, and nobody spins through it.
func TestThrottledThread(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("the time of the process's threads is read by getrusage")
	}
	const pause, items, jobs = 60 * time.Millisecond, 64, 5
	for _, quota := range []float64{0.5, 1.5, 4} {
		p := newPool(4, quota)
		var by [4]atomic.Int32
		spent, start := processTime(t), time.Now()
		for range jobs {
			paused := false // by worker 0 only
			p.Run(items, func(worker, _ int) {
				by[worker].Add(1)
				if worker == 0 && !paused {
					paused = true
					time.Sleep(pause)
					return
				}
				time.Sleep(100 * time.Microsecond)
			})
		}
		took, spent := time.Since(start), processTime(t)-spent
		p.Close()
		t.Logf("a quota of %g: %v for %d jobs, %v of processors, items by thread %d %d %d %d", quota, took, jobs, spent, by[0].Load(), by[1].Load(), by[2].Load(), by[3].Load())
		if n := by[0].Load(); n > jobs*items/4 {
			t.Errorf("a quota of %g: the thread that stood still did %d of %d items", quota, n, jobs*items)
		}
		if spent > jobs*pause/4 {
			t.Errorf("a quota of %g: %v of processors in %v, in which nobody had anything to do", quota, spent, took)
		}
	}
}
