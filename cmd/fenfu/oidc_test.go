package main

import (
	"crypto/rand"
	"crypto/rsa"
	"encoding/base64"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"fenfu/bot/staff"
	"fenfu/sessions/redistest"
)

// byProvider are claims of somebody whom the desk knows a role for.
func byProvider(more ...any) map[string]any {
	c := map[string]any{"preferred_username": "Li.Na", "name": "李娜", "roles": []string{"other", "desk-agent"}}
	for i := 0; i < len(more); i += 2 {
		c[more[i].(string)] = more[i+1]
	}
	return c
}

func TestOIDC(t *testing.T) {
	t.Parallel()
	onOffices(t, func(t *testing.T, plain *office) {
		if r := plain.browser().send("GET", "options", "", nil); r.body != "{\"oidc\":false}\n" {
			t.Errorf("options without a provider: %s", r.body)
		}
		for _, path := range []string{"oidc/start", "oidc/callback"} {
			if r := plain.browser().send("GET", path, "", nil); r.status != 404 {
				t.Errorf("%s without a provider: %d", path, r.status)
			}
		}
	})
	p := newProvider(t)
	o := newOffice(t, "", p.settings)
	b := o.browser()
	if r := b.send("GET", "options", "", nil); r.body != "{\"oidc\":true}\n" {
		t.Errorf("options: %s", r.body)
	}
	p.is(byProvider("desks", []string{"service"}))
	path := p.back(b)
	r := b.send("GET", path, "", nil)
	if r.status != 302 || r.header.Get("Location") != "/console/?signed-in" {
		t.Fatalf("callback: %d %v\n%s", r.status, r.header, o.logged)
	}
	cookies := strings.Join(r.header.Values("Set-Cookie"), "\n")
	if !strings.Contains(cookies, "__Host-fenfu-oidc=; Path=/; Max-Age=0") || !strings.Contains(cookies, "SameSite=Strict") {
		t.Errorf("cookies %s", cookies)
	}
	var me struct {
		ID, Name, Role string
		Desks          []string
	}
	if b.get("me", &me); me.ID != "li.na" || me.Name != "李娜" || me.Role != "agent" || !slices.Equal(me.Desks, []string{"service"}) {
		t.Errorf("signed in as %+v", me)
	}
	if status := o.browser().post("login", login("li.na", "", ""), nil); status != 401 {
		t.Errorf("signs in without a password: %d", status)
	}
	// Promoted, and with another name: the account follows at the next sign-in.
	p.is(byProvider("roles", []string{"desk-agent", "desk-lead"}, "name", strings.Repeat("很长的名字", 5)))
	again := o.browser()
	if r := again.send("GET", p.back(again), "", nil); r.header.Get("Location") != "/console/?signed-in" {
		t.Fatalf("again: %v", r.header)
	}
	if again.get("me", &me); me.Role != "supervisor" || me.Name != strings.Repeat("很长的名字", 4) || !slices.Equal(me.Desks, []string{"service"}) {
		t.Errorf("promoted: %+v", me)
	}
	var got []string
	for _, e := range o.entries() {
		got = append(got, brief(e)+" "+string(e.Role)+" "+e.Reason)
	}
	want := []string{"li.na login  true agent 企业账号", "li.na login  false agent ", "li.na login  true supervisor 企业账号"}
	if !slices.Equal(got, want) {
		t.Errorf("on record %q, want %q", got, want)
	}
	if logged := o.logged.String(); strings.Contains(logged, oidcSecret) || strings.Contains(logged, "code=") || strings.Contains(logged, "李娜") {
		t.Errorf("the log tells too much: %s", logged)
	}
}

// Whatever is wrong: nobody is signed in, no account changes, and it is on record.
func TestOIDCRefused(t *testing.T) {
	t.Parallel()
	p := newProvider(t)
	o := newOffice(t, "", p.settings)
	other, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	o.account(staff.Account{ID: "wang", Role: staff.Agent})
	o.account(staff.Account{ID: "both", Role: staff.Agent, Subject: p.http.URL + " s-both"})
	for _, a := range []staff.Account{
		{ID: "gone", Name: "离职", Role: staff.Agent, Subject: p.http.URL + " s-gone", Disabled: true},
		{ID: "chen", Name: "陈", Role: staff.Agent, Subject: p.http.URL + " s-chen"},
	} {
		if err := o.store.staff.Put(t.Context(), a); err != nil {
			t.Fatal(err)
		}
	}
	as := byProvider
	wrong := func(path string) string { return path[:strings.Index(path, "state=")] + "state=" + rand.Text() }
	for _, tt := range []struct {
		name   string
		claims map[string]any
		signer *rsa.PrivateKey
		path   func(*person, string) string
		code   string
		actor  string
	}{
		{name: "wrong state", claims: as(), path: func(_ *person, path string) string { return wrong(path) }, code: "oidc_failed", actor: "?"},
		{name: "no state", claims: as(), path: func(*person, string) string { return "oidc/callback?code=x" }, code: "oidc_failed", actor: "?"},
		{name: "another browser", claims: as(), path: func(b *person, path string) string { b.http.Jar = o.browser().http.Jar; return path }, code: "oidc_failed", actor: "?"},
		{name: "another one's code", claims: as(), path: func(_ *person, path string) string {
			theirs := p.back(o.browser())
			return theirs[:strings.Index(theirs, "&state=")] + path[strings.Index(path, "&state="):]
		}, code: "oidc_failed", actor: "?"},
		{name: "cancelled", claims: as(), path: func(_ *person, path string) string { return path + "&error=access_denied" }, code: "oidc_failed", actor: "?"},
		{name: "wrong nonce", claims: as("nonce", "x"), code: "oidc_failed", actor: "?"},
		{name: "wrong audience", claims: as("aud", "somebody"), code: "oidc_failed", actor: "?"},
		{name: "wrong issuer", claims: as("iss", "https://id.example.org"), code: "oidc_failed", actor: "?"},
		{name: "expired", claims: as("exp", time.Now().Add(-time.Second).Unix()), code: "oidc_failed", actor: "?"},
		{name: "bad signature", claims: as(), signer: other, code: "oidc_failed", actor: "?"},
		{name: "unknown role", claims: as("roles", []string{"other"}), code: "oidc_role", actor: "li.na"},
		{name: "no role", claims: as("roles", map[string]int{"desk-agent": 1}), code: "oidc_role", actor: "li.na"},
		{name: "unknown desk", claims: as("desks", []string{"service", "x"}), code: "oidc_role", actor: "li.na"},
		{name: "no desk", claims: as("desks", []string{}), code: "oidc_role", actor: "li.na"},
		{name: "password account", claims: as("preferred_username", "wang"), code: "oidc_account", actor: "wang"},
		{name: "password given later", claims: as("preferred_username", "both", "sub", "s-both"), code: "oidc_account", actor: "both"},
		{name: "disabled", claims: as("preferred_username", "gone", "sub", "s-gone"), code: "oidc_account", actor: "gone"},
		{name: "somebody else's", claims: as("preferred_username", "chen"), code: "oidc_account", actor: "chen"},
		{name: "no id", claims: as("preferred_username", "李娜"), code: "oidc_account", actor: "?"},
		{name: "the tool's id", claims: as("preferred_username", "Fenfuctl"), code: "oidc_account", actor: "?"},
		{name: "unverified address", claims: as("preferred_username", "", "email", "li@example.com"), code: "oidc_account", actor: "?"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			p.is(tt.claims)
			p.signer = p.key
			if tt.signer != nil {
				p.signer = tt.signer
			}
			accounts, entries := o.accounts(), len(o.entries())
			b := o.browser()
			path := p.back(b)
			if tt.path != nil {
				path = tt.path(b, path)
			}
			r := b.send("GET", path, "", nil)
			if r.status != http.StatusFound || r.header.Get("Location") != "/console/?error="+tt.code {
				t.Errorf("%d %v", r.status, r.header)
			}
			if b.cookie() != nil || b.get("me", nil) != 401 {
				t.Error("signed in")
			}
			if now := o.accounts(); !reflect.DeepEqual(now, accounts) {
				t.Errorf("accounts %v, were %v", now, accounts)
			}
			if all := o.entries(); len(all) != entries+1 || brief(all[entries]) != tt.actor+" login  false" || all[entries].Reason == "" {
				t.Errorf("on record: %+v", all[entries:])
			}
		})
	}
}

func (o *office) accounts() []staff.Account {
	o.t.Helper()
	all, err := o.store.staff.Accounts(o.t.Context())
	if err != nil {
		o.t.Fatal(err)
	}
	return all
}

// A callback counts once, though its cookie is kept.
func TestOIDCReplay(t *testing.T) {
	t.Parallel()
	p := newProvider(t)
	o := newOffice(t, "", p.settings)
	p.is(byProvider("preferred_username", "", "email", "Li@Example.com", "email_verified", true))
	b := o.browser()
	path := p.back(b)
	kept := map[string]string{"Cookie": b.cookie().String()}
	if r := b.send("GET", path, "", nil); r.header.Get("Location") != "/console/?signed-in" || b.get("me", nil) != 200 {
		t.Fatalf("callback: %d %v", r.status, r.header)
	}
	accounts, tokens := o.accounts(), p.tokens
	if len(accounts) != 1 || accounts[0].ID != "li@example.com" {
		t.Errorf("accounts %+v", accounts)
	}
	thief := o.browser()
	if r := thief.send("GET", path, "", kept); r.header.Get("Location") != "/console/?error=oidc_failed" || thief.cookie() != nil {
		t.Errorf("again: %v", r.header)
	}
	if strings.Count(o.logged.String(), "it was there before") != 1 || p.tokens != tokens || !reflect.DeepEqual(o.accounts(), accounts) {
		t.Errorf("the second one went further: %s", o.logged)
	}
	if e := o.entries(); brief(e[len(e)-1]) != "? login  false" {
		t.Errorf("on record: %+v", e)
	}
}

// A sign-in goes on at another node than it began at, and still counts once.
func TestOIDCTwoNodes(t *testing.T) {
	p := newProvider(t)
	key := make([]byte, 32)
	rand.Read(key)
	same := base64.StdEncoding.EncodeToString(key)
	shared := func(c *config) { p.settings(c); c.TokenKey, c.SealKeys = same, "one:"+same }
	url := redistest.Redis(t).URL
	from, to := newOffice(t, url, shared), newOffice(t, url, shared)
	p.is(byProvider())
	b := from.browser()
	path := p.back(b)
	kept := map[string]string{"Cookie": b.cookie().String()}

	there := to.browser()
	if r := there.send("GET", path, "", kept); r.header.Get("Location") != "/console/?signed-in" || there.get("me", nil) != 200 {
		t.Fatalf("at the other node: %d %v\n%s", r.status, r.header, to.logged)
	}
	home := from.browser()
	if r := home.send("GET", "me", "", map[string]string{"Cookie": there.cookie().String()}); r.status != 200 {
		t.Errorf("the login is unknown where it began: %d", r.status)
	}
	for _, o := range []*office{from, to} {
		thief := o.browser()
		if r := thief.send("GET", path, "", kept); r.header.Get("Location") != "/console/?error=oidc_failed" || thief.cookie() != nil {
			t.Errorf("again: %v", r.header)
		}
	}

	// A node with another key takes it for nobody's.
	stranger := newOffice(t, "", p.settings)
	if r := stranger.browser().send("GET", p.back(b), "", map[string]string{"Cookie": b.cookie().String()}); r.header.Get("Location") != "/console/?error=oidc_failed" {
		t.Errorf("with another key: %v", r.header)
	}
}

// The server runs without its provider, and finds it when it is there.
func TestOIDCProviderDown(t *testing.T) {
	t.Parallel()
	p := newProvider(t)
	o := newOffice(t, "", p.settings)
	b := o.browser()
	whole := p.http.Config.Handler
	p.http.Config.Handler = http.NotFoundHandler()
	if r := b.send("GET", "oidc/start", "", nil); r.header.Get("Location") != "/console/?error=oidc_unavailable" {
		t.Errorf("without the provider: %d %v", r.status, r.header)
	}
	p.http.Config.Handler = whole
	p.is(byProvider())
	if r := b.send("GET", p.back(b), "", nil); r.header.Get("Location") != "/console/?signed-in" {
		t.Errorf("with it: %d %v", r.status, r.header)
	}
}

func TestOIDCSettings(t *testing.T) {
	t.Parallel()
	good := map[string]string{
		"oidc-issuer": "https://id.example.com", "oidc-client-id": "fenfu", "oidc-client-secret": "a secret of a client",
		"oidc-redirect-url": "https://desk.example.com/v1/desk/oidc/callback", "oidc-roles": "desk-agent=agent,desk-lead=supervisor",
	}
	for _, tt := range []struct{ flag, value, want string }{
		{"oidc-role-claim", "roles", ""},
		{"oidc-issuer", "", "need --oidc-issuer"},
		{"oidc-issuer", "http://id.example.com", "--oidc-issuer"},
		{"oidc-client-id", "", "--oidc-client-id"},
		{"oidc-client-secret", "", ""},
		{"oidc-redirect-url", "", "--oidc-redirect-url"},
		{"oidc-redirect-url", "https://desk.example.com/", "--oidc-redirect-url"},
		{"oidc-redirect-url", "http://desk.example.com/v1/desk/oidc/callback", "--oidc-redirect-url"},
		{"oidc-roles", "", "--oidc-roles"},
		{"oidc-roles", "desk-agent=boss", "--oidc-roles"},
		{"oidc-roles", "agent", "--oidc-roles"},
	} {
		flags := production(t)
		for k, v := range good {
			flags[k] = v
		}
		flags[tt.flag] = tt.value
		code, out := check(flags, "--production")
		if (code == 0) != (tt.want == "") || !strings.Contains(out, tt.want) || strings.Contains(out, "a secret of a client") {
			t.Errorf("--%s=%s: %d %s", tt.flag, tt.value, code, out)
		}
	}
}
