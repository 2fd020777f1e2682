package api_test

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"math/big"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chaski-dev/chaski/agent/api"
	"github.com/chaski-dev/chaski/llm"
)

// certify writes a certificate for this machine that signs itself, and its key.
func certify(t *testing.T, certFile, keyFile string, serial int64) *x509.Certificate {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	c := &x509.Certificate{SerialNumber: big.NewInt(serial), NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign}
	der, err := x509.CreateCertificate(rand.Reader, c, c, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	private, err := x509.MarshalECPrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	for name, block := range map[string]*pem.Block{certFile: {Type: "CERTIFICATE", Bytes: der}, keyFile: {Type: "EC PRIVATE KEY", Bytes: private}} {
		if err := os.WriteFile(name, pem.EncodeToMemory(block), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	parsed, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return parsed
}

// TestTLS: over TLS, which is HTTP/2 to clients that speak it, streams come as they are made,
// silence is broken, and a client that goes away frees the model.
func TestTLS(t *testing.T) {
	dir := t.TempDir()
	certFile, keyFile := filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem")
	if _, err := api.Certificate(certFile, keyFile); err == nil {
		t.Error("no certificate is no error")
	}
	cert := certify(t, certFile, keyFile, 1)
	config, err := api.Certificate(certFile, keyFile)
	if err != nil {
		t.Fatal(err)
	}
	m := newSlow()
	o := apiOf(m)
	o.Limits.KeepAlive = 20 * time.Millisecond
	s, err := api.New(o)
	if err != nil {
		t.Fatal(err)
	}
	url, stop, ended := listen(t, s, api.ServeOptions{TLS: config})
	url = strings.Replace(url, "http:", "https:", 1)
	roots := x509.NewCertPool()
	roots.AddCert(cert)
	for _, h2 := range []bool{true, false} {
		transport := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots}, ForceAttemptHTTP2: h2}
		client := &http.Client{Transport: transport}
		body, _ := json.Marshal(object{"model": "scripted", "stream": true, "messages": []object{user("Hi")}})
		res, err := client.Post(url+"/v1/chat/completions", "application/json", bytes.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		if res.ProtoMajor == 2 != h2 {
			t.Error(res.Proto)
		}
		line := lineReader(t, res.Body)
		if text := line(); text != ": keep-alive" {
			t.Error(text)
		}
		m.next <- llm.TextDelta{Text: "Hello"}
		for text := line(); !strings.Contains(text, "Hello"); text = line() {
		}
		res.Body.Close()
		select {
		case <-m.left:
		case <-time.After(5 * time.Second):
			t.Fatal("the model works for nobody")
		}
		transport.CloseIdleConnections()
	}
	stop()
	if err := <-ended; err != nil {
		t.Error(err)
	}
}
