package api

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"time"
)

// ServeOptions say how to serve. The zero value serves this machine.
type ServeOptions struct {
	TLS    *tls.Config   // nil speaks plain HTTP
	Drain  time.Duration // for what is under way when the server ends; 0 is 30 seconds, negative none
	Anyone bool          // whoever reaches a server without keys may use it, at whatever address
}

// Serve answers on a listener until ctx is done. Then it takes nothing new, lets what is
// under way end, and returns. Where nobody needs a key, only a listener on this machine is
// served.
func (s *Server) Serve(ctx context.Context, l net.Listener, o ServeOptions) error {
	if !o.Anyone && !loopback(l.Addr()) && (s.o.Keys == nil || !s.o.Keys.Needed()) {
		return errors.Join(fmt.Errorf("api: %s can be reached from other machines, and no API key is needed: make keys, or say that anyone may use it", l.Addr()), l.Close())
	}
	if o.Drain == 0 {
		o.Drain = 30 * time.Second
	}
	// Requests end with the server's last breath, not with the first sign of its end.
	base, cancel := context.WithCancel(context.WithoutCancel(ctx))
	defer cancel()
	web := &http.Server{Handler: s.Handler(), ReadHeaderTimeout: 10 * time.Second, IdleTimeout: 2 * time.Minute, MaxHeaderBytes: 64 << 10,
		BaseContext: func(net.Listener) context.Context { return base }}
	if o.TLS != nil {
		web.TLSConfig = o.TLS
	}
	ended := make(chan error, 1)
	go func() {
		if o.TLS != nil {
			ended <- web.ServeTLS(l, "", "")
			return
		}
		ended <- web.Serve(l)
	}()
	select {
	case err := <-ended:
		return err
	case <-ctx.Done():
	}
	s.drain()
	late, stop := context.WithTimeout(base, max(o.Drain, 0))
	defer stop()
	err := web.Shutdown(late)
	s.live.close(late)
	s.drivers.close(late)
	cancel()
	if err != nil {
		err = web.Close()
	}
	<-ended
	return errors.Join(err, s.Close())
}

// loopback says whether only this machine reaches an address.
func loopback(a net.Addr) bool {
	if a.Network() == "unix" {
		return true
	}
	p, err := netip.ParseAddrPort(a.String())
	return err == nil && p.Addr().IsLoopback()
}
