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

// lossyClient is a client whose connection goes through a proxy that understands the
// NATS text protocol and drops, doubles and delays calls and replies; delays of
// different length reorder them. Everything else passes.
func lossyClient(t *testing.T, s *bus.Server) *bus.Client {
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
			go forward(near, far)
			go forward(far, near)
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
func forward(from, to net.Conn) {
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
		faulty := false
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
				// Calls on their way there, and answers to calls on their way back.
				faulty = strings.HasPrefix(fields[1], "chaski.call.") || op == "HMSG" && bytes.Contains(payload, []byte("Chaski-Call-Id"))
			}
		}
		if !faulty {
			write(frame)
			continue
		}
		switch p := rand.IntN(100); {
		case p < 5: // dropped
		case p < 15: // doubled, the second one later
			write(frame)
			time.AfterFunc(time.Duration(rand.IntN(300))*time.Millisecond, func() { write(frame) })
		case p < 25: // delayed behind others, some beyond the deadline
			time.AfterFunc(time.Duration(rand.IntN(700))*time.Millisecond, func() { write(frame) })
		default:
			write(frame)
		}
	}
}
