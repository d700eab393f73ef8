package staff

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/pquerna/otp/totp"
)

func TestPolicyDeniesByDefault(t *testing.T) {
	want := map[Role][]Action{
		Agent:      {Read, Take, Speak, Note, Hand, Reveal, Export, Presence, Canned},
		Supervisor: {Read, Take, Speak, Note, Hand, Reveal, Export, Reassign, Presence, Overview, Canned},
		Auditor:    {Overview, Audit},
		Admin:      {Overview, Accounts},
		Key:        nil,
		"":         nil,
		"owner":    nil,
	}
	for role, actions := range want {
		if got := (Principal{Role: role}).Actions(); !slices.Equal(got, actions) {
			t.Errorf("%q may %v, want %v", role, got, actions)
		}
	}
	if got := (Principal{Role: Agent, Scopes: []Action{Audit}}).May(Audit); got {
		t.Error("a person's account takes rights from scopes")
	}
	key := Principal{Role: Key, Scopes: []Action{Read, Reveal, Accounts}}
	if got := key.Actions(); !slices.Equal(got, []Action{Read}) {
		t.Errorf("a key with scopes beyond what keys may have may %v", got)
	}
}

func TestReaches(t *testing.T) {
	li := Principal{ID: "li", Role: Agent, Desks: []string{"service"}}
	chief := Principal{ID: "chief", Role: Supervisor, Desks: []string{"service"}}
	auditor := Principal{ID: "audrey", Role: Auditor}
	key := Principal{ID: "crm", Role: Key, Scopes: []Action{Read, Speak}}
	bots := Conversation{}
	queued := Conversation{Desk: "service", Waiting: true}
	elsewhere := Conversation{Desk: "risk", Waiting: true}
	own := Conversation{Desk: "service", Agent: "li", Active: true}
	ended := Conversation{Desk: "service", Agent: "li"}
	foreign := Conversation{Desk: "service", Agent: "wang", Active: true}
	theirs := Conversation{Desk: "service", Agent: "crm", Active: true}
	passedOn := Conversation{Desk: "risk", Agent: "li", Waiting: true}
	backInQueue := Conversation{Desk: "service", Agent: "li", Waiting: true}
	for _, tt := range []struct {
		p    Principal
		a    Action
		c    Conversation
		want bool
	}{
		{li, Read, queued, true}, {li, Take, queued, true}, {li, Speak, queued, false}, {li, Reveal, queued, false},
		{li, Read, elsewhere, false}, {li, Take, elsewhere, false},
		{li, Read, own, true}, {li, Take, own, true}, {li, Speak, own, true}, {li, Reveal, own, true}, {li, Hand, own, true}, {li, Reassign, own, false},
		{li, Read, ended, true}, {li, Export, ended, true}, {li, Speak, ended, false}, {li, Reveal, ended, false}, {li, Take, ended, false},
		{li, Read, passedOn, false}, {li, Take, passedOn, false}, {li, Export, passedOn, false}, {li, Read, backInQueue, true}, {li, Export, backInQueue, false},
		{li, Read, foreign, false}, {li, Take, foreign, false}, {li, Speak, foreign, false}, {li, Export, foreign, false}, {li, Note, foreign, false},
		{li, Read, bots, false}, {chief, Read, bots, false}, {key, Read, bots, false},
		{chief, Read, foreign, true}, {chief, Reassign, foreign, true}, {chief, Speak, foreign, false}, {chief, Reveal, foreign, false},
		{chief, Read, elsewhere, false},
		{auditor, Read, queued, false}, {auditor, Reveal, own, false},
		{key, Read, foreign, true}, {key, Speak, foreign, false}, {key, Speak, theirs, true}, {key, Reveal, theirs, false},
		{Principal{Role: Agent}, Read, Conversation{Desk: "service"}, false}, // nobody's: no id is not an id
	} {
		if got := tt.p.Reaches(tt.a, tt.c); got != tt.want {
			t.Errorf("%s (%s) reaches %s of %+v: %v, want %v", tt.p.ID, tt.p.Role, tt.a, tt.c, got, tt.want)
		}
	}
}

func TestAccountCheck(t *testing.T) {
	good := Account{ID: "li.na", Name: "李娜", Role: Agent}
	if err := good.Check(); err != nil {
		t.Error(err)
	}
	for _, spoil := range []func(*Account){
		func(a *Account) { a.ID = "L" },
		func(a *Account) { a.ID = "李娜" },
		func(a *Account) { a.ID = Tool },
		func(a *Account) { a.ID = "li\nna" },
		func(a *Account) { a.ID = strings.Repeat("a", 65) },
		func(a *Account) { a.Name = "" },
		func(a *Account) { a.Name = " 李娜" },
		func(a *Account) { a.Name = "李\u202e娜" },
		func(a *Account) { a.Name = strings.Repeat("李", 21) },
		func(a *Account) { a.Role = Key },
		func(a *Account) { a.Role = "root" },
		func(a *Account) { a.Capacity = -1 },
		func(a *Account) { a.Capacity = 51 },
	} {
		bad := good
		spoil(&bad)
		if bad.Check() == nil {
			t.Errorf("accepted: %+v", bad)
		}
	}
}

func TestPasswords(t *testing.T) {
	ctx := context.Background()
	h := NewHasher()
	const right = "正确的密码 4 horses"
	hash, err := h.Hash(ctx, right)
	if err != nil {
		t.Fatal(err)
	}
	again, _ := h.Hash(ctx, right)
	if hash == again {
		t.Error("the same password has the same hash twice: no salt")
	}
	for password, want := range map[string]bool{right: true, right + " ": false, "": false, strings.Repeat("x", 10_000): false} {
		if ok, err := h.Matches(ctx, hash, password); err != nil || ok != want {
			t.Errorf("%.20q matches: %v %v, want %v", password, ok, err, want)
		}
	}
	if ok, err := h.Matches(ctx, "", right); ok || err != nil {
		t.Errorf("no hash matches: %v %v", ok, err)
	}
	// The decoy is the hash of nothing: not even of the bytes that it is made of.
	if ok, _ := h.Matches(ctx, "", string(make([]byte, hashSize))); ok {
		t.Error("no hash matches zeros")
	}
	for _, bad := range []string{"short", strings.Repeat("长", 129), "bad utf-8 \xff\xff\xff"} {
		if _, err := h.Hash(ctx, bad); !errors.Is(err, ErrPassword) {
			t.Errorf("hashed %.20q: %v", bad, err)
		}
	}
	for _, bad := range []Hash{"x", "$argon2id$v=19$m=8,t=1,p=1$AAAA$AAAA", hash[:len(hash)-4]} {
		if _, err := h.Matches(ctx, bad, right); err == nil {
			t.Errorf("took a hash that is none of ours")
		}
	}
	stopped, cancel := context.WithCancel(ctx)
	cancel()
	if _, err := h.Matches(stopped, hash, right); err == nil {
		t.Error("went on though the client had gone")
	}
}

// However many sign in at once, no more passwords are hashed than there are
// processors: each takes 19 MiB.
func TestFewPasswordsAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := NewHasher()
		all := int64(runtime.GOMAXPROCS(0))
		if !h.room.TryAcquire(all) {
			t.Fatal("no room to begin with")
		}
		done := make(chan error, 1)
		go func() {
			_, err := h.Matches(t.Context(), "", "a password")
			done <- err
		}()
		synctest.Wait()
		if len(done) != 0 {
			t.Fatal("hashed though all processors had their share")
		}
		h.room.Release(all)
		if err := <-done; err != nil {
			t.Error(err)
		}
		if !h.room.TryAcquire(all) {
			t.Error("its room was not given back")
		}
	})
}

func TestSecretsDoNotPrint(t *testing.T) {
	a := Account{ID: "li", Password: "HUSH-hash", TOTP: "HUSH-secret"}
	text, err := json.Marshal(a)
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range []string{fmt.Sprint(a), fmt.Sprintf("%+v %#v %s %q %x", a, a, a.Password, a.TOTP, a.TOTP), string(text)} {
		if strings.Contains(s, "HUSH") || strings.Contains(s, "48555348") {
			t.Errorf("printed a secret: %s", s)
		}
	}
}

func TestTOTP(t *testing.T) {
	secret, url, err := NewSecret("fenfu", "li")
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(url, "otpauth://totp/") {
		t.Errorf("address %q", url)
	}
	now := time.Unix(1_790_000_010, 0)
	for offset, want := range map[time.Duration]bool{0: true, -30 * time.Second: true, 30 * time.Second: true, -60 * time.Second: false, 60 * time.Second: false} {
		code, err := totp.GenerateCode(secret.Reveal(), now.Add(offset))
		if err != nil {
			t.Fatal(err)
		}
		step, ok := secret.Step(code, now)
		if ok != want || ok && step != now.Add(offset).Unix()/30 {
			t.Errorf("code of %s: step %d, %v, want %v", offset, step, ok, want)
		}
	}
	for _, bad := range []string{"", "12345", "abcdef", "1234567"} {
		if _, ok := secret.Step(bad, now); ok {
			t.Errorf("code %q accepted", bad)
		}
	}
}

func TestChain(t *testing.T) {
	key := []byte("a key of thirty-two bytes or so…")
	var links []Link
	var last *Link
	for i, action := range []string{"login", "take", "reveal", "close"} {
		l, err := Chain(key, last, Entry{At: time.Unix(int64(i), 5).UTC(), Actor: "li", Role: Agent, Action: action, OK: true})
		if err != nil {
			t.Fatal(err)
		}
		links = append(links, l)
		last = &links[len(links)-1]
	}
	if err := Verify(key, nil, links); err != nil {
		t.Fatal(err)
	}
	if err := Verify(key, &links[1], links[2:]); err != nil {
		t.Error(err)
	}
	if err := Verify(key, nil, links[2:]); err != nil { // the first two are kept no longer
		t.Error(err)
	}
	var broken *BrokenError
	for name, tt := range map[string]struct {
		n     int64
		spoil func([]Link) []Link
	}{
		"changed":             {2, func(l []Link) []Link { l[1].Entry.Actor = "wang"; return l }},
		"taken out":           {2, func(l []Link) []Link { return slices.Delete(l, 1, 2) }},
		"swapped":             {2, func(l []Link) []Link { l[1], l[2] = l[2], l[1]; return l }},
		"renumbered":          {2, func(l []Link) []Link { l = slices.Delete(l, 1, 2); l[1].Entry.N = 2; l[2].Entry.N = 3; return l }},
		"mark forged":         {4, func(l []Link) []Link { l[3].Mark = make([]byte, 32); return l }},
		"changed, first kept": {2, func(l []Link) []Link { l[1].Entry.Actor = "wang"; return l[1:] }},
	} {
		if err := Verify(key, nil, tt.spoil(slices.Clone(links))); !errors.As(err, &broken) || broken.N != tt.n {
			t.Errorf("%s: %v, want entry %d", name, err, tt.n)
		}
	}
	if err := Verify([]byte("another key"), nil, links); !errors.As(err, &broken) || broken.N != 1 {
		t.Errorf("another key: %v", err)
	}
}
