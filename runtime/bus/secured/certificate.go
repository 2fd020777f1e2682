package secured

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"math/big"
	"net"
	"time"
)

// certificates makes an authority, and certificates of it for the server and for clients.
func (s *Server) certificates(dir string) (*tls.Config, error) {
	name := func(cn string) x509.Certificate {
		return x509.Certificate{SerialNumber: big.NewInt(time.Now().UnixNano()), Subject: pkix.Name{CommonName: cn}, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour)}
	}
	ca := name("authority")
	ca.IsCA, ca.BasicConstraintsValid, ca.KeyUsage = true, true, x509.KeyUsageCertSign
	caKey, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	made, err := x509.CreateCertificate(rand.Reader, &ca, &ca, caKey.Public(), caKey)
	if err != nil {
		return nil, err
	}
	if s.CA, err = s.file(dir, "ca.pem", block("CERTIFICATE", made)); err != nil {
		return nil, err
	}
	issue := func(c x509.Certificate) (cert, key []byte, err error) {
		own, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
		if err != nil {
			return nil, nil, err
		}
		text, err := x509.CreateCertificate(rand.Reader, &c, &ca, own.Public(), caKey)
		if err != nil {
			return nil, nil, err
		}
		der, err := x509.MarshalECPrivateKey(own)
		return block("CERTIFICATE", text), block("EC PRIVATE KEY", der), err
	}
	server := name("server")
	server.IPAddresses, server.ExtKeyUsage = []net.IP{net.IPv4(127, 0, 0, 1)}, []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}
	cert, key, err := issue(server)
	if err != nil {
		return nil, err
	}
	pair, err := tls.X509KeyPair(cert, key)
	if err != nil {
		return nil, err
	}
	client := name("client")
	client.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}
	if cert, key, err = issue(client); err != nil {
		return nil, err
	}
	var errKey error
	s.Cert, err = s.file(dir, "client.pem", cert)
	s.Key, errKey = s.file(dir, "client.key", key)
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM(block("CERTIFICATE", made))
	return &tls.Config{MinVersion: tls.VersionTLS12, Certificates: []tls.Certificate{pair}, ClientCAs: pool, ClientAuth: tls.RequireAndVerifyClientCert}, errors.Join(err, errKey)
}

func block(kind string, der []byte) []byte {
	return pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der})
}
