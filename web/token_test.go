package web_test

import (
	"bytes"
	"regexp"
	"strings"
	"testing"
	"time"

	"fenfu/bot"
	"fenfu/web"
)

func TestTokens(t *testing.T) {
	tokens, err := web.NewTokens(testKey, time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	now := time.Date(2026, 11, 22, 10, 0, 0, 5, time.UTC)
	session := web.NewSession()
	if !regexp.MustCompile(`^[a-z2-7]{26}$`).MatchString(session) {
		t.Fatalf("session id %q", session)
	}
	token, expires, err := tokens.Issue(session, now)
	if err != nil || !expires.Equal(now.Truncate(time.Second).Add(time.Hour)) {
		t.Fatalf("issue: %v, %v", expires, err)
	}
	got, until, err := tokens.Verify(token, expires)
	if err != nil || got != session || !until.Equal(expires) {
		t.Errorf("verify: %q, %v, %v", got, until, err)
	}
	others, err := web.NewTokens(bytes.Repeat([]byte("o"), 32), time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	foreign, _, err := others.Issue(session, now)
	if err != nil {
		t.Fatal(err)
	}
	bad := map[string]string{
		"empty": "", "version": "f2." + token[3:], "no version": token[3:], "cut": token[:len(token)-1],
		"longer": token + "A", "not base64": token[:20] + "!" + token[21:], "another key": foreign,
		"session only": session, "line break": token[:40] + "\n" + token[41:], "long": strings.Repeat("A", 1<<20),
	}
	for i := 3; i < len(token); i++ { // every character counts
		other := byte('A')
		if token[i] == other {
			other = 'B'
		}
		bad["changed at "+string(rune(i))] = token[:i] + string(other) + token[i+1:]
	}
	last := len(token) - 1
	for _, c := range "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_" {
		if byte(c) != token[last] { // its lowest bits are not part of a byte: they must be zero
			bad["ends in "+string(c)] = token[:last] + string(c)
		}
	}
	for name, tok := range bad {
		if _, _, err := tokens.Verify(tok, now); bot.ErrorCode(err) != bot.Unauthorized {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, _, err := tokens.Verify(token, expires.Add(time.Second)); bot.ErrorCode(err) != bot.Unauthorized {
		t.Errorf("expired: %v", err)
	}
	for _, id := range []string{"", "x", session[:25], strings.ToUpper(session), session + session} {
		if _, _, err := tokens.Issue(id, now); err == nil {
			t.Errorf("issued for %q", id)
		}
	}
}

func TestSessionsAreRandom(t *testing.T) {
	seen := make(map[string]bool)
	for range 1000 {
		seen[web.NewSession()] = true
	}
	if len(seen) != 1000 {
		t.Errorf("%d different ids of 1000", len(seen))
	}
}
