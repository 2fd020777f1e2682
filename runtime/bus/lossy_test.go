package bus_test

import (
	"bufio"
	"bytes"
	"context"
	"io"
	"math/rand/v2"
	"net"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chaski-dev/chaski/runtime/bus"
)

// fault is what happens to one call or reply.
type fault int

const (
	pass fault = iota
	drop
	double // the second one later
	delay  // behind others, some beyond the deadline
)

// badNetwork is the fault test's: different delays reorder what is sent.
func badNetwork(bool) fault {
	switch p := rand.IntN(100); {
	case p < 5:
		return drop
	case p < 15:
		return double
	case p < 25:
		return delay
	}
	return pass
}

// lossyClient is a client whose connection goes through a proxy that understands the
// NATS text protocol and does to calls and replies what faults says. Everything else
// passes.
func lossyClient(t *testing.T, s *bus.Server, faults func(reply bool) fault) *bus.Client {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			near, err := l.Accept()
			if err != nil {
				return
			}
			far, err := net.Dial("tcp", strings.TrimPrefix(s.URL(), "nats://"))
			if err != nil {
				near.Close()
				return
			}
			go forward(near, far, faults)
			go forward(far, near, faults)
		}
	}()
	conn, err := bus.Connect(context.Background(), bus.Options{URL: "nats://" + l.Addr().String()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(conn.Close)
	return client(t, conn)
}

// forward copies protocol lines with their payloads one way.
func forward(from, to net.Conn, faults func(reply bool) fault) {
	defer from.Close()
	defer to.Close()
	var mu sync.Mutex
	write := func(b []byte) {
		mu.Lock()
		defer mu.Unlock()
		_, _ = to.Write(b) // a closed connection ends the reading side as well
	}
	r := bufio.NewReaderSize(from, 64<<10)
	for {
		line, err := r.ReadBytes('\n')
		if err != nil {
			return
		}
		fields := strings.Fields(string(line))
		frame := line
		call, reply := false, false
		if len(fields) > 2 {
			switch op := strings.ToUpper(fields[0]); op {
			case "PUB", "HPUB", "MSG", "HMSG":
				n, err := strconv.Atoi(fields[len(fields)-1])
				if err != nil {
					return
				}
				payload := make([]byte, n+2)
				if _, err := io.ReadFull(r, payload); err != nil {
					return
				}
				frame = append(bytes.Clone(line), payload...)
				call = strings.HasPrefix(fields[1], "chaski.call.")
				reply = op == "HMSG" && bytes.Contains(payload, []byte("Chaski-Call-Id"))
			}
		}
		if !call && !reply {
			write(frame)
			continue
		}
		switch faults(reply) {
		case pass:
			write(frame)
		case double:
			write(frame)
			time.AfterFunc(time.Duration(rand.IntN(300))*time.Millisecond, func() { write(frame) })
		case delay:
			time.AfterFunc(time.Duration(rand.IntN(700))*time.Millisecond, func() { write(frame) })
		}
	}
}
