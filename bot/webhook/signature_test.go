package webhook_test

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"fenfu/bot/webhook"
)

// The example that the libraries of Standard Webhooks are tested with.
const (
	vectorSecret    = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
	vectorID        = "msg_p5jXN8AQM9LWM0D4loKWxJek"
	vectorTime      = 1614265330
	vectorBody      = `{"test": 2432232314}`
	vectorSignature = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="

	otherSecret = "whsec_b3RoZXJvdGhlcm90aGVyb3RoZXJvdGhlcg=="
)

func secrets(tb testing.TB, s string) []webhook.Secret {
	tb.Helper()
	got, err := webhook.ParseSecrets(s)
	if err != nil {
		tb.Fatal(err)
	}
	return got
}

// verifier knows the secrets, at the time of the example plus shift.
func verifier(tb testing.TB, known string, shift time.Duration) *webhook.Verifier {
	tb.Helper()
	v, err := webhook.NewVerifier(func() time.Time { return time.Unix(vectorTime, 0).Add(shift) }, secrets(tb, known)...)
	if err != nil {
		tb.Fatal(err)
	}
	return v
}

func TestSign(t *testing.T) {
	at := time.Unix(vectorTime, 999)
	if got := webhook.Sign(vectorID, at, []byte(vectorBody), secrets(t, vectorSecret)...); got != vectorSignature {
		t.Errorf("got %s, want %s", got, vectorSignature)
	}
	both := webhook.Sign(vectorID, at, []byte(vectorBody), secrets(t, vectorSecret+", "+otherSecret)...)
	if first, second, ok := strings.Cut(both, " "); first != vectorSignature || !ok || second == first {
		t.Errorf("with two secrets: %s", both)
	}
}

func TestVerify(t *testing.T) {
	const body = vectorBody
	good := func() http.Header {
		return http.Header{"Webhook-Id": {vectorID}, "Webhook-Timestamp": {strconv.Itoa(vectorTime)}, "Webhook-Signature": {vectorSignature}}
	}
	with := func(name string, values ...string) http.Header {
		h := good()
		h[name] = values
		if len(values) == 0 {
			delete(h, name)
		}
		return h
	}
	signature := func(values ...string) http.Header { return with("Webhook-Signature", values...) }
	header, stale, unsigned, size := webhook.ErrHeader, webhook.ErrTime, webhook.ErrSignature, webhook.ErrSize
	for _, tc := range []struct {
		name  string
		h     http.Header
		body  string
		shift time.Duration
		want  error
	}{
		{"as published", good(), body, 0, nil},
		{"after five minutes", good(), body, 5 * time.Minute, nil},
		{"before five minutes", good(), body, -5 * time.Minute, nil},
		{"replayed later", good(), body, 5*time.Minute + time.Second, stale},
		{"from the future", good(), body, -5*time.Minute - time.Second, stale},
		{"years later", good(), body, 40 * 365 * 24 * time.Hour, stale},
		{"other body", good(), body + " ", 0, unsigned},
		{"no body", good(), "", 0, size},
		{"large body", good(), strings.Repeat("x", 16<<10+1), 0, size},
		{"largest body", good(), strings.Repeat("x", 16<<10), 0, unsigned},

		{"other id", with("Webhook-Id", "msg_other"), body, 0, unsigned},
		{"no id", with("Webhook-Id"), body, 0, header},
		{"empty id", with("Webhook-Id", ""), body, 0, header},
		{"two ids", with("Webhook-Id", vectorID, vectorID), body, 0, header},
		{"full stop in the id", with("Webhook-Id", "msg.1"), body, 0, header},
		{"blank in the id", with("Webhook-Id", "msg 1"), body, 0, header},
		{"long id", with("Webhook-Id", strings.Repeat("m", 129)), body, 0, header},

		{"other second", with("Webhook-Timestamp", strconv.Itoa(vectorTime+1)), body, 0, unsigned},
		{"no timestamp", with("Webhook-Timestamp"), body, 0, header},
		{"two timestamps", with("Webhook-Timestamp", strconv.Itoa(vectorTime), "1"), body, 0, header},
		{"date", with("Webhook-Timestamp", "2021-02-25T15:02:10Z"), body, 0, header},
		{"sign", with("Webhook-Timestamp", "+"+strconv.Itoa(vectorTime)), body, 0, header},
		{"leading zero", with("Webhook-Timestamp", "0"+strconv.Itoa(vectorTime)), body, 0, header},
		{"milliseconds", with("Webhook-Timestamp", strconv.Itoa(vectorTime)+"000"), body, 0, header},
		{"beyond an int64", with("Webhook-Timestamp", strings.Repeat("9", 30)), body, 0, header},

		{"no signature", signature(), body, 0, header},
		{"empty signature", signature(""), body, 0, unsigned},
		{"two signature headers", signature(vectorSignature, vectorSignature), body, 0, header},
		{"endless signatures", signature(strings.Repeat(vectorSignature+" ", 100)), body, 0, header},
		{"one of several", signature("v1,AAAA v1a,xyz " + vectorSignature + " v2,abc"), body, 0, nil},
		{"none of several", signature("v1,AAAA v1, v1a," + vectorSignature[3:] + " " + vectorSignature[3:]), body, 0, unsigned},
		{"other version", signature("v2," + vectorSignature[3:]), body, 0, unsigned},
		{"version in capitals", signature("V1," + vectorSignature[3:]), body, 0, unsigned},
		{"cut", signature(vectorSignature[:len(vectorSignature)-8]), body, 0, unsigned},
		{"comma for blank", signature("v1,AAAA," + vectorSignature), body, 0, unsigned},
		{"not base64", signature("v1,****"), body, 0, unsigned},
		{"other spelling of its last bits", signature(strings.Replace(vectorSignature, "1OE=", "1OF=", 1)), body, 0, unsigned},
	} {
		t.Run(tc.name, func(t *testing.T) {
			id, err := verifier(t, vectorSecret, tc.shift).Verify(tc.h, []byte(tc.body))
			if !errors.Is(err, tc.want) || (err == nil) != (tc.want == nil) {
				t.Errorf("got %v, want %v", err, tc.want)
			}
			if err == nil && id != vectorID || err != nil && id != "" {
				t.Errorf("id %q", id)
			}
		})
	}
}

func TestVerifyWhileSecretsChange(t *testing.T) {
	old, next, both := vectorSecret, otherSecret, vectorSecret+" "+otherSecret
	for _, tc := range []struct {
		signs, knows string
		ok           bool
	}{
		{old, old, true}, {old, both, true}, {both, old, true}, {both, both, true}, {both, next, true},
		{next, both, true}, {next, next, true}, {old, next, false}, {next, old, false},
	} {
		h := http.Header{}
		webhook.SignHeader(h, vectorID, time.Unix(vectorTime, 0), []byte(vectorBody), secrets(t, tc.signs)...)
		if _, err := verifier(t, tc.knows, 0).Verify(h, []byte(vectorBody)); (err == nil) != tc.ok {
			t.Errorf("signed with %q, known are %q: %v", tc.signs, tc.knows, err)
		}
	}
	if _, err := webhook.NewVerifier(time.Now); err == nil {
		t.Error("a verifier without a secret")
	}
	if _, err := webhook.NewVerifier(time.Now, webhook.Secret{}); err == nil {
		t.Error("a verifier with an empty secret")
	}
}

func TestParseSecrets(t *testing.T) {
	b64 := func(n int) string { return base64.StdEncoding.EncodeToString(bytes.Repeat([]byte("k"), n)) }
	for in, want := range map[string]int{
		"": 0, " , ": 0, vectorSecret: 1, vectorSecret + "," + otherSecret: 2, vectorSecret + "\n" + otherSecret + "\n": 2,
		"whsec_" + b64(24): 1, "whsec_" + b64(64): 1, "whsec_" + strings.TrimRight(b64(25), "="): 1,
		"whsec_" + b64(23): -1, "whsec_" + b64(65): -1, "whsec_": -1, b64(32): -1, "whsec_***": -1, vectorSecret + ",hunter2": -1,
	} {
		got, err := webhook.ParseSecrets(in)
		if (err != nil) != (want < 0) || err == nil && len(got) != want {
			t.Errorf("%q: %d secrets, %v", in, len(got), err)
		}
		if err != nil && in != "whsec_" && (strings.Contains(err.Error(), in) || strings.Contains(err.Error(), "hunter2")) {
			t.Errorf("the error tells: %v", err)
		}
	}
}

func TestSecretsDoNotShow(t *testing.T) {
	s := secrets(t, vectorSecret)
	var b bytes.Buffer
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d"} {
		fmt.Fprintf(&b, verb+" ", s)
		fmt.Fprintf(&b, verb+" ", struct{ S webhook.Secret }{s[0]})
	}
	slog.New(slog.NewJSONHandler(&b, nil)).Info("x", "secret", s[0], "all", s)
	raw, err := json.Marshal(s)
	if err != nil {
		t.Fatal(err)
	}
	b.Write(raw)
	key, _ := base64.StdEncoding.DecodeString(strings.TrimPrefix(vectorSecret, "whsec_"))
	for _, bad := range []string{vectorSecret[6:], string(key), fmt.Sprintf("%x", key), fmt.Sprintf("%X", key), strings.Trim(fmt.Sprint(key), "[]")} {
		if strings.Contains(b.String(), bad) {
			t.Errorf("%q shows in %s", bad, b.String())
		}
	}
}

// FuzzVerify holds the verifier to the definition: what it accepts is signed,
// in the window, by the letter.
func FuzzVerify(f *testing.F) {
	f.Add(vectorID, strconv.Itoa(vectorTime), vectorSignature, []byte(vectorBody))
	f.Add(vectorID, "1", "v1,AAAA "+vectorSignature, []byte("x"))
	f.Add("a.b", strconv.Itoa(vectorTime), "v1,", []byte("{}"))
	f.Fuzz(func(t *testing.T, id, timestamp, signature string, body []byte) {
		v := verifier(t, vectorSecret, 0)
		h := http.Header{"Webhook-Id": {id}, "Webhook-Timestamp": {timestamp}, "Webhook-Signature": {signature}}
		got, err := v.Verify(h, body)

		key, _ := base64.StdEncoding.DecodeString(strings.TrimPrefix(vectorSecret, "whsec_"))
		mac := hmac.New(sha256.New, key)
		fmt.Fprintf(mac, "%s.%s.%s", id, timestamp, body)
		want := "v1," + base64.StdEncoding.EncodeToString(mac.Sum(nil))
		if err == nil && (got != id || !strings.Contains(" "+signature+" ", want)) {
			t.Errorf("accepted: %q %q %q %q", id, timestamp, signature, body)
		}

		// Signed as it should be, only the time, the size or the id can be wrong.
		h.Set("Webhook-Signature", want)
		if _, err := v.Verify(h, body); errors.Is(err, webhook.ErrSignature) {
			t.Errorf("a good signature was refused: %q %q %q", id, timestamp, body)
		}
	})
}
