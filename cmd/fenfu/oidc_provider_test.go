package main

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"sync"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"
)

const (
	oidcClient = "fenfu-desk"
	oidcSecret = "a secret of the client"
	oidcBack   = "https://desk.example.com/v1/desk/oidc/callback"
)

// provider is a small OpenID Connect provider with one person in front of it.
type provider struct {
	t    *testing.T
	http *httptest.Server
	key  *rsa.PrivateKey // in its JWKS

	mu     sync.Mutex
	signer *rsa.PrivateKey
	claims map[string]any // of the person; they replace those of the protocol
	codes  map[string]url.Values
	tokens int // given out
}

func newProvider(t *testing.T) *provider {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	p := &provider{t: t, key: key, signer: key, codes: map[string]url.Values{}}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /.well-known/openid-configuration", func(w http.ResponseWriter, _ *http.Request) {
		_ = json.NewEncoder(w).Encode(map[string]any{
			"issuer": p.http.URL, "authorization_endpoint": p.http.URL + "/authorize", "token_endpoint": p.http.URL + "/token",
			"jwks_uri": p.http.URL + "/jwks", "id_token_signing_alg_values_supported": []string{"RS256"},
		})
	})
	mux.HandleFunc("GET /jwks", func(w http.ResponseWriter, _ *http.Request) {
		_ = json.NewEncoder(w).Encode(jose.JSONWebKeySet{Keys: []jose.JSONWebKey{{Key: key.Public(), KeyID: "k1", Algorithm: "RS256", Use: "sig"}}})
	})
	mux.HandleFunc("GET /authorize", p.authorize)
	mux.HandleFunc("POST /token", p.token)
	p.http = httptest.NewServer(mux)
	t.Cleanup(p.http.Close)
	return p
}

func (p *provider) settings(c *config) {
	c.OIDCIssuer, c.OIDCClientID, c.OIDCClientSecret, c.OIDCRedirectURL = p.http.URL, oidcClient, oidcSecret, oidcBack
	c.OIDCRoleClaim, c.OIDCRoles = "roles", []string{"desk-lead=supervisor", "desk-agent=agent"}
}

// is says who is in front of the provider.
func (p *provider) is(claims map[string]any) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.claims = claims
}

func (p *provider) authorize(w http.ResponseWriter, r *http.Request) {
	p.mu.Lock()
	defer p.mu.Unlock()
	q := r.URL.Query()
	for name, want := range map[string]string{
		"response_type": "code", "client_id": oidcClient, "redirect_uri": oidcBack, "code_challenge_method": "S256", "scope": "openid profile email",
	} {
		if q.Get(name) != want {
			p.t.Errorf("the provider is asked with %s %q, want %q", name, q.Get(name), want)
		}
	}
	code := rand.Text()
	p.codes[code] = q
	http.Redirect(w, r, oidcBack+"?"+url.Values{"code": {code}, "state": {q.Get("state")}}.Encode(), http.StatusFound)
}

func (p *provider) token(w http.ResponseWriter, r *http.Request) {
	p.mu.Lock()
	defer p.mu.Unlock()
	asked, ok := p.codes[r.FormValue("code")]
	delete(p.codes, r.FormValue("code"))
	sum := sha256.Sum256([]byte(r.FormValue("code_verifier")))
	id, secret, _ := r.BasicAuth()
	secret, _ = url.QueryUnescape(secret)
	if !ok || base64.RawURLEncoding.EncodeToString(sum[:]) != asked.Get("code_challenge") ||
		id != oidcClient || secret != oidcSecret || r.FormValue("redirect_uri") != oidcBack {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(http.StatusBadRequest)
		_, _ = w.Write([]byte(`{"error":"invalid_grant"}`))
		return
	}
	claims := map[string]any{
		"iss": p.http.URL, "aud": oidcClient, "sub": "s-1", "nonce": asked.Get("nonce"),
		"iat": time.Now().Unix(), "exp": time.Now().Add(time.Minute).Unix(),
	}
	for k, v := range p.claims {
		claims[k] = v
	}
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.RS256, Key: p.signer}, (&jose.SignerOptions{}).WithHeader("kid", "k1"))
	if err != nil {
		p.t.Error(err)
		return
	}
	text, err := jwt.Signed(signer).Claims(claims).Serialize()
	if err != nil {
		p.t.Error(err)
		return
	}
	p.tokens++
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(map[string]any{"access_token": "a", "token_type": "Bearer", "id_token": text})
}

// back goes from the start to the provider, and returns the path below
// /v1/desk/ that the provider leads back to.
func (p *provider) back(b *person) string {
	p.t.Helper()
	start := b.send("GET", "oidc/start", "", nil)
	if start.status != http.StatusFound {
		p.t.Fatalf("start: %d %s", start.status, start.body)
	}
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	res, err := client.Get(start.header.Get("Location"))
	if err != nil {
		p.t.Fatal(err)
	}
	defer res.Body.Close()
	to, err := res.Location()
	if err != nil {
		p.t.Fatalf("%v: %s", err, res.Status)
	}
	return "oidc/callback?" + to.RawQuery
}
