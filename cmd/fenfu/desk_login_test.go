package main

import (
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"

	"fenfu/bot/staff"
	"fenfu/web/api"
)

func login(account, password, code string) map[string]string {
	return map[string]string{"account": account, "password": password, "code": code}
}

var requestIDs = regexp.MustCompile(`"request_id":"[^"]*"`)

func TestDeskLogin(t *testing.T) {
	t.Parallel()
	onOffices(t, func(t *testing.T, o *office) {
		o.account(staff.Account{ID: "li", Role: staff.Agent})
		o.account(staff.Account{ID: "gone", Role: staff.Agent, Disabled: true})
		p := o.browser()
		if r := p.send("GET", "me", "", nil); r.status != 401 {
			t.Errorf("a stranger: %d %s", r.status, r.body)
		}
		refused := map[string]string{
			"wrong password":  `{"account":"li","password":"wrong horse battery"}`,
			"no password":     `{"account":"li"}`,
			"unknown account": `{"account":"nobody","password":"` + officePassword + `"}`,
			"disabled":        `{"account":"gone","password":"` + officePassword + `"}`,
			"a long password": `{"account":"li","password":"` + strings.Repeat("x", 5000) + `"}`,
		}
		words := map[string]bool{}
		for name, body := range refused {
			r := p.send("POST", "login", body, nil)
			if r.status != 401 || r.header.Get("Set-Cookie") != "" {
				t.Errorf("%s: %d %v %s", name, r.status, r.header, r.body)
			}
			words[requestIDs.ReplaceAllString(r.body, "")] = true
		}
		if len(words) != 1 {
			t.Errorf("the answers tell what is wrong: %v", words)
		}
		r := p.send("POST", "login", `{"account":"li","password":"`+officePassword+`","unknown":1}`, nil)
		cookie := r.header.Get("Set-Cookie")
		if r.status != 200 || !strings.Contains(r.body, `"me":{"id":"li"`) || strings.Contains(r.body, "argon") {
			t.Fatalf("login: %d %s", r.status, r.body)
		}
		if !strings.HasPrefix(cookie, "__Host-fenfu-desk=") {
			t.Errorf("cookie %s", cookie)
		}
		for _, flag := range []string{"Path=/", "HttpOnly", "Secure", "SameSite=Strict"} {
			if !strings.Contains(cookie, "; "+flag) {
				t.Errorf("cookie without %s: %s", flag, cookie)
			}
		}
		if strings.Contains(cookie, "Domain") || strings.Contains(cookie, "Expires") || strings.Contains(cookie, "Max-Age") {
			t.Errorf("cookie %s", cookie)
		}
		if p.get("me", nil) != 200 {
			t.Error("not signed in")
		}
		token := p.cookie()
		if p.post("logout", struct{}{}, nil) != 204 {
			t.Error("logout")
		}
		stolen := map[string]string{"Cookie": token.Name + "=" + token.Value}
		if r := o.browser().send("GET", "me", "", stolen); r.status != 401 {
			t.Errorf("the cookie outlived the logout: %d", r.status)
		}
		logged := o.logged.String()
		for _, secret := range []string{officePassword, "wrong horse", token.Value, "nobody"} {
			if strings.Contains(logged, secret) {
				t.Errorf("%q is in the log", secret)
			}
		}
		count := map[string]int{}
		for _, e := range o.entries() {
			count[brief(e)]++
			if strings.Contains(e.Actor+e.Reason+e.Field, "nobody") {
				t.Errorf("what a stranger typed is on record: %+v", e)
			}
		}
		for entry, want := range map[string]int{"li login  false": 3, "? login  false": 1, "gone login  false": 1, "li login  true": 1, "li logout  true": 1} {
			if count[entry] != want {
				t.Errorf("%q is on record %d times, want %d: %v", entry, count[entry], want, count)
			}
		}
	})
}

func TestDeskLoginCodes(t *testing.T) {
	t.Parallel()
	o := newOffice(t, "")
	secret, _, err := staff.NewSecret("fenfu", "li")
	if err != nil {
		t.Fatal(err)
	}
	o.account(staff.Account{ID: "li", Role: staff.Agent, TOTP: secret})
	code := func(at time.Time) string {
		text, err := totp.GenerateCode(secret.Reveal(), at)
		if err != nil {
			t.Fatal(err)
		}
		return text
	}
	p := o.browser()
	var got struct {
		NeedsCode bool `json:"needs_code"`
		Me        *struct{}
	}
	if status := p.post("login", login("li", officePassword, ""), &got); status != 200 || !got.NeedsCode || got.Me != nil || p.cookie() != nil {
		t.Errorf("without a code: %d %+v", status, got)
	}
	if all := o.entries(); len(all) != 1 || brief(all[0]) != "li login code false" || all[0].Reason != "" {
		t.Errorf("half a sign-in is on record as %+v", all)
	}
	now := time.Now()
	if status := p.post("login", login("li", officePassword, code(now.Add(-time.Hour))), nil); status != 401 {
		t.Errorf("an old code: %d", status)
	}
	if status := p.post("login", login("li", "wrong horse battery", code(now)), nil); status != 401 {
		t.Errorf("a code without the password: %d", status)
	}
	right := code(now)
	if status := p.post("login", login("li", officePassword, right), nil); status != 200 || p.cookie() == nil {
		t.Errorf("the right code: %d", status)
	}
	again := o.browser()
	if status := again.post("login", login("li", officePassword, right), nil); status != 401 || again.cookie() != nil {
		t.Errorf("the same code again: %d", status)
	}
}

// Each of the demo's accounts has a password of its own, so that who is given one
// is not an admin, too.
func TestDemoPasswords(t *testing.T) {
	t.Parallel()
	o := newOffice(t, "")
	var out strings.Builder
	if err := openDemoStaff(t.Context(), o.store.staff, &out); err != nil {
		t.Fatal(err)
	}
	passwords, columns := map[string]string{}, map[int]bool{}
	for _, line := range strings.Split(out.String(), "\n") {
		if m := regexp.MustCompile(`^  (\S+) +(\S+) +(agent|supervisor|auditor|admin)$`).FindStringSubmatchIndex(line); m != nil {
			passwords[line[m[2]:m[3]]] = line[m[4]:m[5]]
			columns[m[4]*1000+m[6]] = true
		}
	}
	if len(passwords) != len(demoStaff()) || len(columns) != 1 {
		t.Fatalf("printed:\n%s", out.String())
	}
	for account := range passwords {
		for other, password := range passwords {
			want := 401
			if other == account {
				want = 200
			}
			if status := o.browser().post("login", login(account, password, ""), nil); status != want {
				t.Errorf("%s with the password of %s: %d, want %d", account, other, status, want)
			}
		}
	}
}

func TestDeskTooManyAttempts(t *testing.T) {
	t.Parallel()
	o := newOffice(t, "")
	o.account(staff.Account{ID: "li", Role: staff.Agent})
	o.account(staff.Account{ID: "wang", Role: staff.Agent})
	p := o.browser()
	tries := 1
	for p.post("login", login("li", "wrong horse battery", ""), nil) != http.StatusTooManyRequests {
		tries++
	}
	if tries < 9 || tries > 12 { // one more for each half minute that it takes
		t.Errorf("the wrong password number %d was too many", tries)
	}
	if status := p.post("login", login("li", officePassword, ""), nil); status != http.StatusTooManyRequests {
		t.Errorf("the right one after these: %d", status)
	}
	for i := range 10 { // an office that comes to work, through one proxy
		if status := p.post("login", login("wang", officePassword, ""), nil); status != 200 {
			t.Fatalf("sign in %d of a colleague: %d", i, status)
		}
	}
}

func TestDeskLoginsEnd(t *testing.T) {
	t.Parallel()
	o := newOffice(t, "")
	p := o.signIn(staff.Account{ID: "li", Role: staff.Agent})
	o.clock.forward(12*time.Hour - time.Minute)
	if status := p.get("me", nil); status != 200 {
		t.Errorf("before the end: %d", status)
	}
	o.clock.forward(time.Minute)
	if status := p.get("me", nil); status != 401 {
		t.Errorf("after twelve hours: %d", status)
	}
	p = o.signIn(staff.Account{ID: "li", Role: staff.Agent})
	logins := o.rdb.Keys(t.Context(), "{desk}:login:*").Val()
	left := func() (least time.Duration) {
		least = 24 * time.Hour
		for _, key := range logins {
			least = min(least, o.rdb.PTTL(t.Context(), key).Val())
		}
		return least
	}
	for _, key := range logins {
		o.rdb.Expire(t.Context(), key, time.Minute)
	}
	if r := p.send("GET", "me", "", map[string]string{api.Unattended: "1"}); r.status != 200 || left() > time.Minute {
		t.Errorf("asked by nobody: %d, the login lasts %v", r.status, left())
	}
	if p.get("me", nil); left() < 29*time.Minute {
		t.Errorf("asked by somebody: the login lasts %v", left())
	}
	for _, key := range o.rdb.Keys(t.Context(), "{desk}:login:*").Val() { // as half an hour without a request does
		o.rdb.Del(t.Context(), key)
	}
	if status := p.get("me", nil); status != 401 {
		t.Errorf("after it lay idle: %d", status)
	}
	p = o.signIn(staff.Account{ID: "li", Role: staff.Agent})
	li := o.account(staff.Account{ID: "li", Role: staff.Agent})
	li.Role = staff.Auditor
	o.account(li)
	if a, b := p.get("conversations?view=queue", nil), p.get("audit", nil); a != 404 || b != 200 {
		t.Errorf("another role counts only at the next sign-in: %d %d", a, b)
	}
	li.Disabled = true
	o.account(li)
	if status := p.get("me", nil); status != 401 {
		t.Errorf("disabled: %d", status)
	}
}

// Pages that embed the widget are on the allowed list of the visitors' API, and
// perhaps on the same site. They get nothing of the desk.
func TestDeskOtherOrigins(t *testing.T) {
	t.Parallel()
	o := newOffice(t, "", func(c *config) { c.AllowedOrigins = []string{"https://shop.example.com"} })
	p := o.signIn(staff.Account{ID: "li", Role: staff.Agent})
	for _, origin := range []string{"https://evil.example", "https://shop.example.com", "null"} {
		for _, site := range []string{"cross-site", "same-site", ""} {
			h := map[string]string{"Origin": origin}
			if site != "" {
				h["Sec-Fetch-Site"] = site
			}
			for _, path := range []string{"login", "logout", "presence"} {
				if r := p.send("POST", path, `{"state":"online","account":"li","password":"`+officePassword+`"}`, h); r.status != 403 {
					t.Errorf("%s from %s (%s): %d", path, origin, site, r.status)
				}
			}
			if r := p.send("GET", "me", "", h); r.header.Get("Access-Control-Allow-Origin") != "" {
				t.Errorf("%s may read", origin)
			}
		}
	}
	own := map[string]string{"Origin": o.url, "Sec-Fetch-Site": "same-origin"}
	if r := p.send("POST", "presence", `{"state":"busy"}`, own); r.status != 204 {
		t.Errorf("the own page: %d %s", r.status, r.body)
	}
}

// An admin sees who may sign in, without any secret, and signs somebody out
// everywhere.
func TestDeskAccounts(t *testing.T) {
	t.Parallel()
	onOffices(t, func(t *testing.T, o *office) {
		secret, _, err := staff.NewSecret("fenfu", "zhou")
		if err != nil {
			t.Fatal(err)
		}
		o.account(staff.Account{ID: "zhou", Role: staff.Agent, TOTP: secret, Disabled: true})
		li, again := o.signIn(staff.Account{ID: "li", Name: "李娜", Role: staff.Agent, Desks: []string{"service"}}), o.signIn(staff.Account{ID: "li", Role: staff.Agent})
		root := o.signIn(staff.Account{ID: "root", Role: staff.Admin})
		r := root.send("GET", "accounts", "", nil)
		for _, want := range []string{`"id":"li"`, `"role":"admin"`, `"id":"zhou","name":"同事zhou","role":"agent","desks":[],"password":true,"totp":true,"disabled":true`} {
			if !strings.Contains(r.body, want) {
				t.Errorf("no %s in %s", want, r.body)
			}
		}
		if strings.Contains(r.body, "argon2") || strings.Contains(r.body, secret.Reveal()) {
			t.Errorf("secrets in %s", r.body)
		}
		if r := root.send("POST", "accounts/li/logout", "", nil); r.status != 204 {
			t.Fatalf("logout: %d %s", r.status, r.body)
		}
		if li.get("me", nil) != 401 || again.get("me", nil) != 401 || root.get("me", nil) != 200 {
			t.Error("not li's logins have ended")
		}
		e := o.entries()
		if last := e[len(e)-1]; last.Actor != "root" || last.Action != "account.logout" || last.Field != "li" || !last.OK {
			t.Errorf("on record: %+v", last)
		}
	})
}
