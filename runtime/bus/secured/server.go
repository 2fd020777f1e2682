package secured

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"time"

	"github.com/nats-io/jwt/v2"
	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nkeys"
)

// Server is a running server and the files by which one gets in.
type Server struct {
	URL            string // without who one is
	CA, Cert, Key  string // PEM files
	NKey           string // seed of an nkey; "" where users have JWTs
	User, Password string // likewise
	Creds          string // a user's JWT and seed; "" where there are none
	Context        string // a context that holds all of it
	Secrets        []string

	ns *server.Server
}

// Close stops the server.
func (s *Server) Close() {
	s.ns.Shutdown()
	s.ns.WaitForShutdown()
}

// Start starts a server whose files are in dir. Users log in with JWTs, or with an nkey or
// a password; either way both sides show certificates.
func Start(dir string, jwts bool) (*Server, error) {
	s := &Server{}
	config, err := s.certificates(dir)
	if err != nil {
		return nil, err
	}
	opts := &server.Options{ServerName: "secured", Host: "127.0.0.1", Port: server.RANDOM_PORT, JetStream: true, StoreDir: filepath.Join(dir, "store"),
		NoSigs: true, NoLog: true, TLS: true, TLSVerify: true, TLSConfig: config, TLSTimeout: 5}
	said := map[string]any{"ca": s.CA, "cert": s.Cert, "key": s.Key}
	if jwts {
		err = s.operator(dir, opts)
		said["creds"] = s.Creds
	} else {
		err = s.users(dir, opts)
		said["nkey"] = s.NKey
	}
	if err != nil {
		return nil, err
	}
	if s.ns, err = server.NewServer(opts); err != nil {
		return nil, err
	}
	s.ns.Start()
	if !s.ns.ReadyForConnections(20 * time.Second) {
		s.Close()
		return nil, errors.New("secured: the server does not come up")
	}
	s.URL = "tls://" + s.ns.Addr().String()
	said["url"] = s.URL
	text, err := json.Marshal(said)
	if err != nil {
		return nil, err
	}
	s.Context, err = s.file(dir, "context.json", text)
	return s, err
}

func (s *Server) file(dir, name string, text []byte) (string, error) {
	path := filepath.Join(dir, name)
	return path, os.WriteFile(path, text, 0o600)
}

// users lets an nkey and a password in.
func (s *Server) users(dir string, opts *server.Options) error {
	kp, err := nkeys.CreateUser()
	if err != nil {
		return err
	}
	seed, err := kp.Seed()
	if err != nil {
		return err
	}
	public, err := kp.PublicKey()
	if err != nil {
		return err
	}
	if s.NKey, err = s.file(dir, "user.nk", seed); err != nil {
		return err
	}
	s.User, s.Password = "ann", "correct-horse"
	s.Secrets = []string{string(seed), s.Password}
	opts.Nkeys = []*server.NkeyUser{{Nkey: public}}
	opts.Users = []*server.User{{Username: s.User, Password: s.Password}}
	return nil
}

// operator lets users of one account in whose JWTs it signed.
func (s *Server) operator(dir string, opts *server.Options) error {
	operator, err := nkeys.CreateOperator()
	if err != nil {
		return err
	}
	account, err := nkeys.CreateAccount()
	if err != nil {
		return err
	}
	system, err := nkeys.CreateAccount()
	if err != nil {
		return err
	}
	user, err := nkeys.CreateUser()
	if err != nil {
		return err
	}
	public := func(kp nkeys.KeyPair) string {
		key, e := kp.PublicKey()
		err = errors.Join(err, e)
		return key
	}
	claims := jwt.NewAccountClaims(public(account))
	claims.Limits.JetStreamLimits = jwt.JetStreamLimits{MemoryStorage: -1, DiskStorage: -1, Streams: -1, Consumer: -1}
	accountJWT, e := claims.Encode(operator)
	err = errors.Join(err, e)
	systemJWT, e := jwt.NewAccountClaims(public(system)).Encode(operator)
	err = errors.Join(err, e)
	userJWT, e := jwt.NewUserClaims(public(user)).Encode(account)
	err = errors.Join(err, e)
	seed, e := user.Seed()
	err = errors.Join(err, e)
	creds, e := jwt.FormatUserConfig(userJWT, seed)
	if err = errors.Join(err, e); err != nil {
		return err
	}
	if s.Creds, err = s.file(dir, "user.creds", creds); err != nil {
		return err
	}
	s.Secrets = []string{string(seed), userJWT}
	resolver := &server.MemAccResolver{}
	opts.TrustedKeys, opts.AccountResolver, opts.SystemAccount = []string{public(operator)}, resolver, public(system)
	return errors.Join(err, resolver.Store(public(account), accountJWT), resolver.Store(public(system), systemJWT))
}
