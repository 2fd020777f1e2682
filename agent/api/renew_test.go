package api

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"math/big"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// TestCertificateRenewed: a certificate that was renewed is served; one that cannot be read
// leaves the last in place.
func TestCertificateRenewed(t *testing.T) {
	dir := t.TempDir()
	c := &certificate{cert: filepath.Join(dir, "cert.pem"), key: filepath.Join(dir, "key.pem")}
	write := func(at time.Time, pair [2]string) {
		t.Helper()
		for i, name := range []string{c.cert, c.key} {
			if err := os.WriteFile(name, []byte(pair[i]), 0o600); err != nil {
				t.Fatal(err)
			}
			if err := os.Chtimes(name, at, at); err != nil {
				t.Fatal(err)
			}
		}
		c.looked = time.Time{}
	}
	now := time.Now()
	one, two := certified(t), certified(t)
	write(now, one)
	if err := c.load(); err != nil {
		t.Fatal(err)
	}
	first, _ := c.get(nil)
	write(now.Add(time.Second), [2]string{two[0], one[1]}) // half written
	if got, err := c.get(nil); got != first || err != nil {
		t.Error(got, err)
	}
	write(now.Add(2*time.Second), two)
	if got, err := c.get(nil); got == first || err != nil {
		t.Error("the renewed certificate is not served", err)
	}
}

// certified is a certificate that signs itself, and its key, as PEM.
func certified(t *testing.T) [2]string {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	c := &x509.Certificate{SerialNumber: big.NewInt(1)}
	der, err := x509.CreateCertificate(rand.Reader, c, c, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	private, err := x509.MarshalECPrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	return [2]string{string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})), string(pem.EncodeToMemory(&pem.Block{Type: "EC PRIVATE KEY", Bytes: private}))}
}
