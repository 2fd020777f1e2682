package hub

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"path/filepath"
	"strings"
)

// maxList bounds what a source may send as a list.
const maxList = 32 << 20

// hubFiles are the files of a model on the Hugging Face hub, at the commit that its main
// branch has now.
func (h *Hub) hubFiles(ctx context.Context, n Name) ([]remote, string, error) {
	base, err := base(h.Endpoint, "HF_ENDPOINT", "https://huggingface.co")
	if err != nil {
		return nil, "", err
	}
	if strings.ContainsFunc(h.Token, func(r rune) bool { return r <= ' ' || r > '~' }) {
		return nil, "", errors.New("HF_TOKEN has characters that no token has")
	}
	auth := ""
	if h.Token != "" {
		auth = "Bearer " + h.Token
	}
	var info struct {
		SHA   string `json:"sha"`
		Files []struct {
			Name string `json:"rfilename"`
			Size int64  `json:"size"`
			Blob string `json:"blobId"`
			LFS  *struct {
				SHA256 string `json:"sha256"`
				Size   int64  `json:"size"`
			} `json:"lfs"`
		} `json:"siblings"`
	}
	if err = h.get(ctx, base+"/api/models/"+n.Repo+"/revision/main?blobs=true", auth, nil, &info); err != nil {
		return nil, "", gated(err, base, n.Repo, h.Token)
	}
	if !part.MatchString(info.SHA) {
		return nil, "", fmt.Errorf("the hub names the commit %q", info.SHA)
	}
	names := make([]string, len(info.Files))
	for i, f := range info.Files {
		names[i] = f.Name
	}
	picked, err := choose(n, names)
	if err != nil {
		return nil, "", err
	}
	var out []remote
	for _, name := range picked {
		if !filepath.IsLocal(filepath.FromSlash(name)) {
			return nil, "", fmt.Errorf("the hub names the file %q, which is no place in a folder", name)
		}
		f := remote{
			path: filepath.Join(string(n.Source), filepath.FromSlash(n.Repo), filepath.FromSlash(name)),
			url:  base + "/" + n.Repo + "/resolve/" + info.SHA + "/" + (&url.URL{Path: name}).EscapedPath(),
			auth: auth, size: -1,
		}
		for _, s := range info.Files {
			switch {
			case s.Name != name:
			case s.LFS != nil:
				f.size, f.sum = s.LFS.Size, "sha256:"+s.LFS.SHA256
			default:
				f.size, f.sum = s.Size, "git:"+s.Blob
			}
		}
		if err := h.linked(ctx, &f); err != nil {
			return nil, "", gated(err, base, n.Repo, h.Token)
		}
		out = append(out, f)
	}
	return out, info.SHA, nil
}

// linked asks where a file is, without going there: the headers have its hash and size,
// and say whether this reader may have it, which the list does not.
func (h *Hub) linked(ctx context.Context, f *remote) error {
	redirect := func(req *http.Request, via []*http.Request) error {
		if first := via[0].URL; req.URL.Host == first.Host && req.URL.Scheme == first.Scheme && len(via) < 5 { // a repository that was renamed
			return nil
		}
		return http.ErrUseLastResponse
	}
	return h.retry(ctx, func() error {
		ctx, cancel := h.answered(ctx)
		defer cancel()
		req, err := h.request(ctx, http.MethodHead, f.url, f.auth)
		if err != nil {
			return err
		}
		resp, err := h.do(req, redirect)
		if err != nil {
			return err
		}
		_ = resp.Body.Close()
		if resp.StatusCode >= 400 {
			return status(resp, resp.Request.URL.String())
		}
		tag := strings.Trim(strings.TrimPrefix(resp.Header.Get("X-Linked-ETag"), "W/"), `"`)
		if len(tag) == 64 {
			f.sum = "sha256:" + tag
			var size int64
			if _, err := fmt.Sscan(resp.Header.Get("X-Linked-Size"), &size); err == nil && size >= 0 {
				f.size = size
			}
		}
		if f.size < 0 {
			return fmt.Errorf("the hub does not say how large %s is", f.path)
		}
		return nil
	})
}

// gated says what to do about a repository that does not let this reader in.
func gated(err error, base, repo, token string) error {
	switch {
	case errors.Is(err, ErrGated) && token == "":
		return fmt.Errorf("%w; the repository is gated, private or not there: ask for access at %s/%s, make a token and set HF_TOKEN", err, base, repo)
	case errors.Is(err, ErrGated):
		return fmt.Errorf("%w; the token has no access: ask for it at %s/%s", err, base, repo)
	}
	return err
}

// get reads JSON.
func (h *Hub) get(ctx context.Context, from, auth string, accept []string, into any) error {
	return h.retry(ctx, func() error {
		ctx, cancel := h.answered(ctx)
		defer cancel()
		req, err := h.request(ctx, http.MethodGet, from, auth)
		if err != nil {
			return err
		}
		for _, a := range accept {
			req.Header.Add("Accept", a)
		}
		resp, err := h.do(req, keepToken)
		if err != nil {
			return err
		}
		defer resp.Body.Close()
		if resp.StatusCode != http.StatusOK {
			return status(resp, resp.Request.URL.String())
		}
		b, err := io.ReadAll(io.LimitReader(resp.Body, maxList+1))
		if err != nil {
			return &waitError{err: err}
		}
		if len(b) > maxList {
			return fmt.Errorf("%s sends more than %d bytes of JSON", resp.Request.URL.Host, maxList)
		}
		if err := json.Unmarshal(b, into); err != nil {
			return fmt.Errorf("%s: not the JSON that was expected: %w", resp.Request.URL.Host, err)
		}
		return nil
	})
}
