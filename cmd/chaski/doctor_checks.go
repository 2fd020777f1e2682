package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"strconv"
	"strings"
	"time"

	"github.com/rs/zerolog"

	"github.com/chaski-dev/chaski/agent/host"
	"github.com/chaski-dev/chaski/llm/hub"
	"github.com/chaski-dev/chaski/llm/tensor"
	"github.com/chaski-dev/chaski/policies"
	"github.com/chaski-dev/chaski/runtime/bus"
	"github.com/chaski-dev/chaski/tools"
)

func platform() string {
	return fmt.Sprintf("%s/%s, %d processors, %s", runtime.GOOS, runtime.GOARCH, runtime.NumCPU(), runtime.Version())
}

// checkAgent reads what the agent names without opening it.
func checkAgent(c *host.Config, o host.Options) finding {
	f := finding{Check: "agent", Status: "ok", Found: "no agent.yaml here: commands take the model in the box without tools", Do: "chaski init makes a folder with one"}
	if o.Agent == "" {
		return f
	}
	f.Do = ""
	fail := func(err error) finding {
		return finding{Check: "agent", Status: "fail", Found: o.Agent + ": " + err.Error(), Do: "mend the file, or what it names"}
	}
	declared, err := c.Declared()
	if err == nil {
		err = c.Ready(o)
	}
	if err != nil {
		return fail(err)
	}
	var specs []tools.Spec
	for _, t := range append(o.Tools, declared...) {
		specs = append(specs, t.Spec())
	}
	layers, err := c.Layers()
	if err != nil {
		return fail(err)
	}
	b, err := policies.Compile(layers, specs)
	if err != nil {
		return fail(err)
	}
	f.Found = fmt.Sprintf("%s: tools %d, policies %s", o.Agent, len(specs), strings.Join(b.Names(), ", "))
	if n := len(b.Lint()); n > 0 {
		f.Status, f.Do = "warn", "chaski policy check -t FILE has findings on its rules: "+strconv.Itoa(n)
	}
	return f
}

func checkKernels() finding {
	name := tensor.KernelName()
	if name == "generic" {
		return finding{"kernels", "warn", name, "models run many times slower than on x86-64 with AVX2 or ARM with dot products of bytes: name an endpoint for large ones"}
	}
	return finding{Check: "kernels", Status: "ok", Found: name}
}

// checkGPU looks for a GPU, which this program does not use.
func checkGPU() finding {
	f := finding{Check: "gpu", Status: "ok", Found: "none; none is needed"}
	out, err := exec.Command("nvidia-smi", "--query-gpu=name", "--format=csv,noheader").Output()
	if name := strings.TrimSpace(string(out)); err == nil && name != "" {
		f.Found = strings.ReplaceAll(name, "\n", ", ") + ": it is not used, models run on the processors"
		f.Do = "to use it, serve the model with a program that does, and name that with model: openai: in agent.yaml"
	}
	return f
}

// checkMemory compares what is free, on the machine and in the container, with what an 8B
// model takes.
func checkMemory() finding {
	free, whose := tensor.MemoryLeft(), " left by the memory limit of this container or service"
	text, err := os.ReadFile("/proc/meminfo")
	if err != nil {
		return finding{Check: "memory", Status: "ok", Found: "not known on this system"}
	}
	for line := range strings.Lines(string(text)) {
		if rest, ok := strings.CutPrefix(line, "MemAvailable:"); ok {
			kb, _ := strconv.ParseInt(strings.TrimSuffix(strings.TrimSpace(rest), " kB"), 10, 64)
			if kb<<10 <= free {
				free, whose = kb<<10, " available"
			}
		}
	}
	return enough(free, whose)
}

// enough says for which models so many bytes are enough.
func enough(free int64, whose string) finding {
	f := finding{Check: "memory", Status: "ok", Found: hub.Bytes(free) + whose}
	const small, eight = 500 << 20, 6 << 30
	switch {
	case free < small:
		f.Status, f.Do = "warn", "the model in the box takes about 200 MB: end other programs, or raise the limit, if it fails"
	case free < eight:
		f.Do = "enough for the model in the box; an 8B model takes about 6 GB"
	}
	return f
}

// checkTemp makes a folder for what the other checks write: where temporary files go, or else
// where the data folder would be. tmp is "" if neither takes one.
func checkTemp(data string) (tmp string, f finding) {
	const name = ".chaski-doctor-*"
	tmp, err := os.MkdirTemp("", name)
	if err == nil {
		return tmp, finding{Check: "temp", Status: "ok", Found: os.TempDir() + " can be written"}
	}
	f = finding{"temp", "warn", "temporary files cannot be written: " + err.Error(), "set TMPDIR to a folder that is there and can be written; bench and a bus without a folder need it"}
	if above, err := nearest(data); err == nil {
		tmp, _ = os.MkdirTemp(above, name)
	}
	return tmp, f
}

func dataFolder(c *host.Config, o host.Options) string {
	for _, dir := range []string{o.Data, c.Data} {
		if dir != "" {
			return dir
		}
	}
	return host.DefaultData
}

// nearest is the folder itself, or the nearest above it that is there.
func nearest(dir string) (string, error) {
	at, err := filepath.Abs(dir)
	if err != nil {
		return "", err
	}
	for {
		info, err := os.Stat(at)
		if err == nil && !info.IsDir() {
			return "", fmt.Errorf("%s is no folder", at)
		}
		if err == nil || filepath.Dir(at) == at {
			return at, nil
		}
		at = filepath.Dir(at)
	}
}

// checkDisk tries the disk of a folder that need not be there: may it be written, how
// much is free, how long does a record take to reach it.
func checkDisk(what, dir, tmp string) finding {
	at, err := nearest(dir)
	if err != nil {
		return finding{what, "fail", err.Error(), "name another folder with --data"}
	}
	file, err := os.CreateTemp(at, ".chaski-doctor-*")
	if err != nil {
		return finding{what, "fail", err.Error(), "make " + at + " writable, or name another folder with --data"}
	}
	defer os.Remove(file.Name())
	defer file.Close()
	began := time.Now()
	_, err = file.Write(make([]byte, 4096))
	if err == nil {
		err = file.Sync()
	}
	took := time.Since(began)
	if err != nil {
		return finding{what, "fail", err.Error(), "free some space, or name another folder with --data"}
	}
	f := finding{Check: what, Status: "ok", Found: fmt.Sprintf("%s can be written; a record takes %s to reach the disk", at, took.Round(10*time.Microsecond))}
	if free, ok := hub.FreeBytes(at); ok {
		f.Found += "; " + hub.Bytes(free) + " free"
		if free < 100<<20 {
			f.Status, f.Do = "warn", "runs need some megabytes each: free some space"
		}
	}
	if took > 50*time.Millisecond {
		f.Status, f.Do = "warn", "each step of a run waits for the disk: a local one is faster than a network's"
	}
	return f
}

func checkModelsFolder() finding {
	h, err := hub.FromEnv()
	if err != nil {
		return finding{"models", "warn", err.Error(), "set CHASKI_MODELS to a folder"}
	}
	all, err := h.List()
	if err != nil {
		return finding{"models", "warn", err.Error(), "set CHASKI_MODELS to another folder"}
	}
	f := finding{Check: "models", Status: "ok", Found: fmt.Sprintf("%s: %d pulled", h.Dir, len(all))}
	at := h.Dir
	for at != filepath.Dir(at) {
		if _, err := os.Stat(at); err == nil {
			break
		}
		at = filepath.Dir(at)
	}
	if free, ok := hub.FreeBytes(at); ok {
		f.Found += "; " + hub.Bytes(free) + " free"
		if free < 6e9 {
			f.Status, f.Do = "warn", "an 8B model takes 4.9 GB: set CHASKI_MODELS to a folder on a larger disk"
		}
	}
	return f
}

// checkBus calls a tool over an embedded bus, or reaches the cluster.
func checkBus(ctx context.Context, cluster string, access bus.Access, tmp string) finding {
	began := time.Now()
	if cluster != "" || access.Context != "" {
		conn, err := bus.Connect(ctx, bus.Options{URL: cluster, Access: access, Name: "chaski", Wait: 3 * time.Second, Logger: zerolog.Nop()})
		if err != nil {
			return finding{"bus", "fail", err.Error(), "start a server with chaski bus, or mend --nats"}
		}
		conn.Close()
		return finding{Check: "bus", Status: "ok", Found: fmt.Sprintf("%s answers in %v", conn.Address(), time.Since(began).Round(time.Millisecond))}
	}
	registry, err := tools.NewRegistry(tools.New("ping", "", func(context.Context, struct{}) (string, error) { return "pong", nil }, tools.Options{Effect: tools.Read}))
	if err != nil {
		return finding{"bus", "fail", err.Error(), ""}
	}
	b, err := bus.Open(ctx, bus.OpenOptions{Dir: filepath.Join(tmp, "bus"), Tools: registry, Logger: zerolog.Nop()})
	if err != nil {
		return finding{"bus", "fail", err.Error(), "free some space or memory"}
	}
	defer b.Close()
	opened := time.Now()
	r, err := b.Call(ctx, tools.Call{ID: "doctor", Attempt: 1, Tool: "ping", Arguments: json.RawMessage(`{}`)})
	if err != nil || r.Status != tools.StatusOK {
		return finding{"bus", "fail", fmt.Sprintf("a call over the embedded bus: %v %s %s", err, r.Status, r.Reason), "free some memory"}
	}
	return finding{Check: "bus", Status: "ok", Found: fmt.Sprintf("embedded: opened in %v, a call takes %v", opened.Sub(began).Round(time.Millisecond), time.Since(opened).Round(10*time.Microsecond))}
}

// checkPort says who listens at the address that a command takes by default.
func checkPort(name, address, whose, flag string) finding {
	l, err := net.Listen("tcp", address)
	if err == nil {
		_ = l.Close()
		return finding{Check: name, Status: "ok", Found: "free, for " + whose}
	}
	conn, dialErr := net.DialTimeout("tcp", address, time.Second)
	if dialErr == nil {
		defer conn.Close()
		_ = conn.SetReadDeadline(time.Now().Add(300 * time.Millisecond))
		if line, _ := bufio.NewReader(conn).ReadString(' '); line == "INFO " {
			return finding{Check: name, Status: "ok", Found: "a NATS server listens, which --nats nats://" + address + " uses"}
		}
	}
	return finding{name, "warn", fmt.Sprintf("%s is taken (%v), for %s", address, err, whose), "name another with " + flag}
}

func checkShell() finding {
	if _, err := exec.LookPath("sh"); err != nil {
		return finding{"shell", "warn", "no sh on the PATH", "tools that are lines of shell cannot run; those with command: can"}
	}
	return finding{Check: "shell", Status: "ok", Found: "sh is there, for tools that are lines of shell"}
}

// checkClock compares the clock with when the program was built and with the disk's: an
// approval expires and a lease is lost by it.
func checkClock(tmp string) finding {
	now := time.Now()
	f := finding{Check: "clock", Status: "ok", Found: now.Format(time.RFC3339)}
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, s := range info.Settings {
			if at, err := time.Parse(time.RFC3339, s.Value); s.Key == "vcs.time" && err == nil && now.Before(at.Add(-24*time.Hour)) {
				return finding{"clock", "fail", fmt.Sprintf("%s is before this program was written, %s", f.Found, s.Value), "set the clock"}
			}
		}
	}
	if now.Year() < 2025 {
		return finding{"clock", "fail", f.Found + " is long ago", "set the clock"}
	}
	name := filepath.Join(tmp, "clock")
	if err := os.WriteFile(name, nil, 0o600); err != nil {
		return finding{"clock", "fail", err.Error(), "make the folder of temporary files writable"}
	}
	if info, err := os.Stat(name); err == nil {
		if off := info.ModTime().Sub(now).Abs(); off > 2*time.Second {
			f.Status, f.Found, f.Do = "warn", f.Found+fmt.Sprintf("; the disk's clock differs by %v", off.Round(time.Second)), "set both by one time server"
		}
	}
	return f
}
