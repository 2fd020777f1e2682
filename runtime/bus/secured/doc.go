// Package secured starts NATS servers that want to know who connects: by TLS with an
// authority of their own and client certificates, nkeys, passwords, and users' JWTs.
// It finds addresses for them, too. Tests only.
package secured
