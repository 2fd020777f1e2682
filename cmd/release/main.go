// Command release builds the archives of a release: for each platform the program, linked
// statically, with its licence, documents, manual pages and shell completions, and a file of
// checksums. The same sources give the same bytes.
//
//	go run ./cmd/release -version v1.2.3 -out dist
//	go run ./cmd/release -version v1.2.3 -platforms linux/amd64
package main

import (
	"context"
	"crypto/sha256"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"time"
)

const platforms = "linux/amd64 linux/arm64 darwin/amd64 darwin/arm64 windows/amd64 windows/arm64"

var versions = regexp.MustCompile(`^v(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)(-[0-9A-Za-z.-]+)?$`)

func main() {
	version := flag.String("version", "", "version, such as v1.2.3")
	out := flag.String("out", "dist", "folder to write into")
	list := flag.String("platforms", platforms, "platforms, separated by spaces")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := release(ctx, *version, *out, strings.Fields(*list)); err != nil {
		fmt.Fprintln(os.Stderr, "release:", err)
		os.Exit(1)
	}
}

// release writes an archive for each platform, and SHA256SUMS.
func release(ctx context.Context, version, out string, platforms []string) error {
	if !versions.MatchString(version) {
		return fmt.Errorf("-version %q: want one such as v1.2.3", version)
	}
	at, err := epoch(ctx)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(out, 0o755); err != nil {
		return err
	}
	work, err := os.MkdirTemp("", "chaski-release")
	if err != nil {
		return err
	}
	defer os.RemoveAll(work)
	shared, err := documents(ctx, version, work)
	if err != nil {
		return err
	}
	var sums strings.Builder
	for _, platform := range platforms {
		goos, goarch, ok := strings.Cut(platform, "/")
		if !ok {
			return fmt.Errorf("platform %q: want OS/ARCHITECTURE", platform)
		}
		program := "chaski"
		if goos == "windows" {
			program += ".exe"
		}
		binary := filepath.Join(work, goos+"-"+goarch, program)
		if err := build(ctx, version, goos, goarch, binary); err != nil {
			return err
		}
		name := fmt.Sprintf("chaski-%s-%s-%s", version, goos, goarch)
		archive, err := pack(name, goos == "windows", at, append([]entry{{program, binary, 0o755}}, shared...))
		if err != nil {
			return err
		}
		name += map[bool]string{false: ".tar.gz", true: ".zip"}[goos == "windows"]
		if err := os.WriteFile(filepath.Join(out, name), archive, 0o644); err != nil {
			return err
		}
		fmt.Fprintf(&sums, "%x  %s\n", sha256.Sum256(archive), name)
		fmt.Println(filepath.Join(out, name))
	}
	return os.WriteFile(filepath.Join(out, "SHA256SUMS"), []byte(sums.String()), 0o644)
}

// epoch is the time of all files: SOURCE_DATE_EPOCH, or that of the commit.
func epoch(ctx context.Context) (time.Time, error) {
	text := os.Getenv("SOURCE_DATE_EPOCH")
	if text == "" {
		out, err := exec.CommandContext(ctx, "git", "log", "-1", "--format=%ct").Output()
		if err != nil {
			return time.Time{}, fmt.Errorf("the time of the commit: %w; set SOURCE_DATE_EPOCH", err)
		}
		text = strings.TrimSpace(string(out))
	}
	seconds, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		return time.Time{}, fmt.Errorf("SOURCE_DATE_EPOCH: %w", err)
	}
	return time.Unix(seconds, 0).UTC(), nil
}

// build links the program for a platform, without C.
func build(ctx context.Context, version, goos, goarch, out string) error {
	cmd := exec.CommandContext(ctx, "go", "build", "-trimpath", "-buildvcs=false", "-ldflags", "-s -w -X main.released="+version, "-o", out, "./cmd/chaski")
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0", "GOOS="+goos, "GOARCH="+goarch, "GOAMD64=v1")
	cmd.Stdout, cmd.Stderr = os.Stderr, os.Stderr
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("%s/%s: %w", goos, goarch, err)
	}
	return nil
}

// documents are the files that stand beside the program in every archive.
func documents(ctx context.Context, version, work string) ([]entry, error) {
	out := []entry{{"LICENSE", "LICENSE", 0o644}, {"README.md", "README.md", 0o644}}
	linked, err := linkedFrom("README.md")
	if err != nil {
		return nil, err
	}
	out = append(out, linked...)
	host := func(args ...string) *exec.Cmd {
		return exec.CommandContext(ctx, "go", append([]string{"run", "-ldflags", "-X main.released=" + version, "./cmd/chaski"}, args...)...)
	}
	pages := filepath.Join(work, "man")
	cmd := host("man", "--dir", pages)
	cmd.Stderr = os.Stderr
	if err := cmd.Run(); err != nil {
		return nil, fmt.Errorf("the manual pages: %w", err)
	}
	names, err := filepath.Glob(filepath.Join(pages, "*.1"))
	if err != nil {
		return nil, err
	}
	for _, name := range names {
		out = append(out, entry{"man/" + filepath.Base(name), name, 0o644})
	}
	for shell, file := range map[string]string{"bash": "chaski.bash", "zsh": "_chaski", "fish": "chaski.fish"} {
		text, err := host("completion", shell).Output()
		if err != nil {
			return nil, fmt.Errorf("the completions of %s: %w", shell, err)
		}
		name := filepath.Join(work, file)
		if err := os.WriteFile(name, text, 0o644); err != nil {
			return nil, err
		}
		out = append(out, entry{"completions/" + file, name, 0o644})
	}
	return out, nil
}
