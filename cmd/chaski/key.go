package main

import (
	"cmp"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/chaski-dev/chaski/agent/api"
	"github.com/chaski-dev/chaski/agent/host"
)

// keyCmd manages the API keys of chaski serve --http. A server that runs sees a change
// within a second.
type keyCmd struct {
	Add keyAddCmd `cmd:"" help:"Make an API key and print it. It is kept nowhere; only its hash is."`
	Ls  keyLsCmd  `cmd:"" help:"List the keys, with what each has used."`
	Rm  keyRmCmd  `cmd:"" help:"Remove a key: nobody asks with it any more."`
}

// keysFlag says where keys are.
type keysFlag struct {
	Keys string `help:"Folder of the API keys; http/keys in the data folder by default." placeholder:"DIR" env:"CHASKI_KEYS"`
}

// folder is where the keys are; data is the data folder, if it is known.
func (f *keysFlag) folder(data string) string {
	if f.Keys != "" {
		return f.Keys
	}
	return filepath.Join(cmp.Or(data, os.Getenv("CHASKI_DATA"), host.DefaultData), "http", "keys")
}

type keyAddCmd struct {
	keysFlag
	Tenant   string        `help:"Whose runs and responses it sees; its own, by its name, by default."`
	Approve  bool          `help:"It may answer calls that wait for a person."`
	Operate  bool          `help:"It may read journals and metrics."`
	All      bool          `help:"It sees the runs of every tenant."`
	Expires  time.Duration `help:"After this time it ends, such as 720h." placeholder:"TIME"`
	Requests int           `help:"Requests a minute." placeholder:"N"`
	Tokens   int           `help:"Tokens a minute: of prompts, unless cached, and of answers." placeholder:"N"`
	Day      int           `help:"Tokens a day." placeholder:"N"`
	Month    int           `help:"Tokens a month." placeholder:"N"`
	Parallel int           `help:"Answers of bare models at once." placeholder:"N"`
	Name     string        `arg:"" help:"Its name, which journals and logs show."`
}

// Run prints the key alone, for scripts; what to do with it is on stderr.
func (c *keyAddCmd) Run() error {
	if c.Expires < 0 {
		return usage("--expires is %v, want a time to come", c.Expires)
	}
	keys, others := api.OpenKeys(c.folder("")) // a file that is no key keeps nobody from making one
	first := !keys.Needed()
	key := api.Key{Name: c.Name, Tenant: c.Tenant, Approve: c.Approve, Operate: c.Operate, All: c.All,
		Bounds: api.Bounds{Requests: c.Requests, Tokens: c.Tokens, Day: c.Day, Month: c.Month, Parallel: c.Parallel}}
	if c.Expires > 0 {
		key.Expires = time.Now().Add(c.Expires).UTC().Truncate(time.Second)
	}
	if c.Keys == "" {
		if err := host.MakeData(cmp.Or(os.Getenv("CHASKI_DATA"), host.DefaultData)); err != nil {
			return err
		}
	}
	text, err := keys.Add(key)
	if err != nil {
		return errors.Join(err, others)
	}
	if others != nil {
		fmt.Fprintf(os.Stderr, "chaski: %v\n", others)
	}
	outliveReaders() // a key that nobody has read is taken back
	if _, err := fmt.Fprintln(stdout, text); err != nil {
		return errors.Join(fmt.Errorf("the key could not be shown, so there is none: %w", err), keys.Remove(c.Name))
	}
	fmt.Fprintln(os.Stderr, "Keep it: it is not shown again.")
	if first {
		fmt.Fprintln(os.Stderr, "From now on whoever asks a server with this data folder needs a key.")
	}
	return nil
}

type keyLsCmd struct {
	keysFlag
	JSON bool `help:"A JSON line for each key."`
}

func (c *keyLsCmd) Run() error {
	keys, _ := api.OpenKeys(c.folder("")) // List says what is wrong
	list, used, err := keys.List()
	out := tabwriter.NewWriter(stdout, 0, 0, 2, ' ', 0)
	if !c.JSON && len(list) > 0 {
		fmt.Fprintln(out, "NAME\tTENANT\tKEY\tMAY\tBOUNDS\tTODAY\tMONTH\tLAST USED")
	}
	if !c.JSON && len(list) == 0 && err == nil {
		fmt.Fprintf(os.Stderr, "no keys in %s: chaski key add NAME makes one\n", c.folder(""))
	}
	for i, key := range list {
		if c.JSON {
			if err := printJSON(struct {
				api.Key
				Used api.Used `json:"used"`
			}{key, used[i]}); err != nil {
				return err
			}
			continue
		}
		last := "never"
		if !used[i].Last.IsZero() {
			last = used[i].Last.Local().Format(time.DateTime)
		}
		fmt.Fprintf(out, "%s\t%s\t%s…\t%s\t%s\t%d\t%d\t%s\n", key.Name, key.Tenant, key.Begins, mayOf(&key), boundsOf(&key), used[i].DayTokens, used[i].MonthTokens, last)
	}
	return errors.Join(out.Flush(), err)
}

// mayOf lists what a key may do.
func mayOf(k *api.Key) string {
	may := []string{"use"}
	for _, m := range []struct {
		name string
		may  bool
	}{{"approve", k.Approve}, {"operate", k.Operate}, {"all", k.All}} {
		if m.may {
			may = append(may, m.name)
		}
	}
	return strings.Join(may, ",")
}

// boundsOf lists what a key is held to.
func boundsOf(k *api.Key) string {
	var list []string
	for _, b := range []struct {
		name string
		n    int
	}{{"requests/min", k.Bounds.Requests}, {"tokens/min", k.Bounds.Tokens}, {"tokens/day", k.Bounds.Day}, {"tokens/month", k.Bounds.Month}, {"at once", k.Bounds.Parallel}} {
		if b.n > 0 {
			list = append(list, fmt.Sprintf("%d %s", b.n, b.name))
		}
	}
	if !k.Expires.IsZero() {
		ends := "until "
		if time.Now().After(k.Expires) {
			ends = "ended "
		}
		list = append(list, ends+k.Expires.Local().Format(time.DateOnly))
	}
	if len(list) == 0 {
		return "none"
	}
	return strings.Join(list, ", ")
}

type keyRmCmd struct {
	keysFlag
	Name string `arg:"" help:"The key's name."`
}

func (c *keyRmCmd) Run() error {
	keys, _ := api.OpenKeys(c.folder("")) // a file that is no key can be removed, too
	return keys.Remove(c.Name)
}
