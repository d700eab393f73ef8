package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"fenfu/bot"
	"fenfu/bot/staff"
	"fenfu/sessions/redistest"
	"fenfu/sessions/seal"
)

// ofThePerson is what must not be found of somebody who was deleted: what they
// gave, as they typed it and masked, and what they and a person said.
var ofThePerson = []string{
	"林小满", "林**", "110199199005219903", "1****************3", "13800138000", "138****8000", "梧桐路", "小满您好", "着急用",
}

// TestErasedFromOutside has somebody apply, wait for the check, talk to a person
// and withdraw their consents, and then opens everything in the database with the
// keys, as its operator could, and asks everything that an agent may. Before that
// a stranger with the same ID number learns and deletes nothing.
func TestErasedFromOutside(t *testing.T) {
	for name, url := range map[string]func(*testing.T) string{
		"embedded": func(*testing.T) string { return "" },
		"redis":    func(t *testing.T) string { return redistest.Redis(t).URL },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			checker := startChecker(t, "--mode", "pending-poll", "--delay", "10m")
			var keys *seal.Keyring
			o := newOffice(t, url(t), func(c *config) {
				c.CheckerURL, c.CheckerToken, c.CheckerAllowPrivate = checker, checkerToken, true
				var err error
				if keys, err = seal.Parse(c.SealKeys); err != nil {
					t.Fatal(err)
				}
			})
			o.staffed()
			session, li := o.withPerson()
			if text := o.opened(keys, session); !slices.ContainsFunc(ofThePerson, func(s string) bool { return strings.Contains(text, s) }) {
				t.Fatal("nothing is found before: the test looks in the wrong place")
			}
			o.stranger(session)

			o.says(session, "撤回同意")
			o.eventually("nothing is due but for the person's sake", func() error {
				if s := o.look(session); len(s.Claims) > 0 || s.Application != nil {
					return fmt.Errorf("%d claims, application %+v", len(s.Claims), s.Application)
				}
				return nil
			})
			o.settled(session)
			nothingOf(t, "the database, opened", o.opened(keys, session))
			nothingOf(t, "the log", o.logged.String())
			for _, path := range []string{"", "/events", "/transcript"} {
				r := li.send("GET", conversation(session, path), "", nil)
				if r.status != 200 || path == "/transcript" && !strings.Contains(r.body, "DEL-") {
					t.Errorf("GET %s: %d %s", path, r.status, r.body)
				}
				nothingOf(t, "GET "+path, r.body)
			}
			if status := li.post(conversation(session, "/reveal"), map[string]string{"kind": "name", "reason": "核对姓名"}, nil); status != 404 {
				t.Errorf("reveal: %d", status)
			}
			for _, e := range o.entries() {
				nothingOf(t, "the audit log", fmt.Sprint(e))
			}
			for _, q := range []string{"梧桐路", "林小满", "小满您好"} {
				var found struct{ Total int64 }
				if li.decoded(li.search("mine", q), &found); found.Total != 0 {
					t.Errorf("a search for %s finds %d", q, found.Total)
				}
			}
			for key := range o.everything() {
				if strings.HasPrefix(key, "fenfu:id:") {
					t.Errorf("left in the index: %s", key)
				}
			}
		})
	}
}

// withPerson is a visitor whose application is being checked, and who talks to an
// agent meanwhile.
func (o *office) withPerson() (string, *person) {
	o.t.Helper()
	session := o.waiting("我住在梧桐路", "开通分付", "同意", "我同意", "林小满", "110199199005219903", "13800138000", "确认提交")
	o.eventually("the check has it", func() error {
		if a := o.look(session).Application; a == nil || a.Status != bot.Pending {
			return fmt.Errorf("%+v", a)
		}
		return nil
	})
	li := o.signIn(staff.Account{ID: "li", Name: "李娜", Role: staff.Agent})
	li.must(conversation(session, "/take"), command())
	li.must(conversation(session, "/messages"), command("text", "小满您好，请讲。"))
	o.says(session, "我着急用")
	o.settled(session)
	return session, li
}

// stranger has somebody else give the same details, look and delete.
func (o *office) stranger(session string) {
	o.t.Helper()
	before := o.trace(session)
	other := "sstranger0123456789012345a"
	o.says(other, "开通分付", "同意", "我同意", "林小满", "110199199005219903", "13900139000", "确认提交")
	o.eventually("the stranger hears", func() error {
		if a := o.look(other).Application; a == nil || a.Status != bot.Decided {
			return fmt.Errorf("%+v", a)
		}
		return nil
	})
	o.says(other, "查询进度", "查看我的信息", "撤回同意", "删除我的信息")
	events, err := o.store.Events(o.t.Context(), other, 0, 1000)
	if err != nil {
		o.t.Fatal(err)
	}
	for _, e := range events {
		if text := e.Text.Reveal(); strings.Contains(text, "138****8000") {
			o.t.Errorf("a stranger was told: %s", text)
		}
	}
	s := o.look(session)
	if o.trace(session) != before || s.Application == nil || len(s.Claims) != 1 || !s.Claims[0].Drop.IsZero() {
		o.t.Errorf("a stranger has changed something: %+v", s)
	}
	held := false
	for key, value := range o.everything() {
		held = held || strings.HasPrefix(key, "fenfu:id:") && strings.Contains(value, s.Application.ID)
	}
	if !held {
		o.t.Error("a stranger has taken the place in the index")
	}
}

func nothingOf(t *testing.T, where, text string) {
	t.Helper()
	for _, secret := range ofThePerson {
		if i := strings.Index(text, secret); i >= 0 {
			t.Errorf("%s holds %q: …%q…", where, secret, text[max(0, i-60):min(len(text), i+60)])
		}
	}
}

// everything is what the database holds, by key.
func (o *office) everything() map[string]string {
	o.t.Helper()
	ctx := o.t.Context()
	all := make(map[string]string)
	keys, err := o.rdb.Keys(ctx, "*").Result()
	for _, key := range keys {
		var kind string
		if kind, err = o.rdb.Type(ctx, key).Result(); err != nil {
			break
		}
		switch kind {
		case "string":
			all[key] = o.rdb.Get(ctx, key).Val()
		case "hash":
			all[key] = fmt.Sprint(o.rdb.HGetAll(ctx, key).Val())
		case "list":
			all[key] = fmt.Sprint(o.rdb.LRange(ctx, key, 0, -1).Val())
		case "zset":
			all[key] = fmt.Sprint(o.rdb.ZRange(ctx, key, 0, -1).Val())
		}
	}
	if err != nil || len(all) < 5 {
		o.t.Fatalf("%d keys, %v", len(all), err)
	}
	return all
}

// opened is everything in the database, with what is sealed of the session opened.
func (o *office) opened(keys *seal.Keyring, session string) string {
	o.t.Helper()
	box, err := keys.Box(session)
	if err != nil {
		o.t.Fatal(err)
	}
	var b strings.Builder
	for key, value := range o.everything() {
		b.WriteString(key + " " + value + "\n")
		if !strings.HasSuffix(key, ":"+session) || !strings.HasPrefix(key, "{p") {
			continue
		}
		for field, sealed := range o.rdb.HGetAll(context.Background(), key).Val() {
			if !strings.HasPrefix(sealed, "\x01") { // is none
				continue
			}
			plain, err := openAny(box, field, sealed)
			if err != nil {
				o.t.Errorf("%s %s: %v", key, field, err)
			}
			b.Write(plain)
		}
	}
	return b.String()
}

// openAny opens a value whose name and number are to be found out.
func openAny(box *seal.Box, field, sealed string) ([]byte, error) {
	const most = 200 // versions and events of this test
	for _, name := range []string{"state", "application", "entry", field} {
		for n := range int64(most) {
			if plain, err := box.Open(name, n, []byte(sealed)); err == nil {
				return plain, nil
			}
		}
	}
	return nil, errors.New("cannot be opened")
}
