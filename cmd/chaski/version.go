package main

import (
	"fmt"
	"runtime"
	"runtime/debug"

	"github.com/alecthomas/kong"
)

type versionCmd struct{}

// Run prints the module version, the Go version and the platform.
func (versionCmd) Run() error {
	fmt.Fprintf(stdout, "chaski %s %s %s/%s\n", programVersion(), runtime.Version(), runtime.GOOS, runtime.GOARCH)
	return nil
}

// released is the version of a release, set where it is built; a build from a checkout has
// that of the checkout.
var released = ""

func programVersion() string {
	if released != "" {
		return released
	}
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" {
		return info.Main.Version
	}
	return "(devel)"
}

// versionFlag is --version, which needs no command.
type versionFlag bool

// BeforeReset prints the version and ends the program.
func (versionFlag) BeforeReset(app *kong.Kong) error {
	err := versionCmd{}.Run()
	app.Exit(0)
	return err
}
