package secured

import (
	"fmt"
	"math/rand/v2"
	"net"
)

// FreeAddress is an address on which nobody listens, of a port below those that the system gives
// to connections: one of these may be taken before anybody listens on it.
func FreeAddress() (string, error) {
	for try := 0; ; try++ {
		l, err := net.Listen("tcp", fmt.Sprint("127.0.0.1:", 10_000+rand.IntN(20_000)))
		if err == nil {
			return l.Addr().String(), l.Close()
		}
		if try == 100 {
			return "", err
		}
	}
}
