// Package webhook carries news between servers in the form of Standard Webhooks
// (https://www.standardwebhooks.com): it signs and verifies them, sends them by
// a schedule, and goes to no address that it should not go to.
package webhook

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// The headers of a signed callback, by the Standard Webhooks specification.
const (
	HeaderID        = "Webhook-Id"
	HeaderTimestamp = "Webhook-Timestamp"
	HeaderSignature = "Webhook-Signature"
)

// MaxBody is how large the body of a callback may be. Callbacks are thin.
const MaxBody = 16 << 10

const (
	tolerance     = 5 * time.Minute // of clocks that differ, and of old messages
	maxSignatures = 1 << 10         // bytes of the header: some twenty signatures
	secretPrefix  = "whsec_"
)

// Why a callback is not accepted. None repeats anything of what came in.
var (
	ErrHeader    = errors.New("webhook: header missing, repeated or malformed")
	ErrTime      = errors.New("webhook: signed too long ago, or in the future")
	ErrSignature = errors.New("webhook: no signature of a known secret")
	ErrSize      = errors.New("webhook: body too large or empty")
)

// Secret is a shared secret that callbacks are signed with. It does not show
// when it is printed.
type Secret struct{ key []byte }

// ParseSecrets reads secrets of the form whsec_<base64 of 24 to 64 bytes>,
// separated by commas or white space. Errors do not repeat them.
func ParseSecrets(s string) ([]Secret, error) {
	var secrets []Secret
	for i, word := range strings.FieldsFunc(s, func(r rune) bool { return r == ',' || r <= ' ' }) {
		b64, ok := strings.CutPrefix(word, secretPrefix)
		if !ok {
			return nil, fmt.Errorf("webhook secret %d does not begin with %s", i+1, secretPrefix)
		}
		key, err := base64.RawStdEncoding.DecodeString(strings.TrimRight(b64, "="))
		if err != nil {
			return nil, fmt.Errorf("webhook secret %d is not base64", i+1)
		}
		if len(key) < 24 || len(key) > 64 {
			return nil, fmt.Errorf("webhook secret %d has %d bytes, it must have 24 to 64", i+1, len(key))
		}
		secrets = append(secrets, Secret{key})
	}
	return secrets, nil
}

const hiddenSecret = "[secret]"

// Format hides the secret from every verb of fmt.
func (Secret) Format(f fmt.State, _ rune) { fmt.Fprint(f, hiddenSecret) }

// LogValue hides the secret from slog.
func (Secret) LogValue() slog.Value { return slog.StringValue(hiddenSecret) }

// MarshalText hides the secret from encoding/json and YAML.
func (Secret) MarshalText() ([]byte, error) { return []byte(hiddenSecret), nil }

func (s Secret) sum(id, timestamp string, body []byte) []byte {
	mac := hmac.New(sha256.New, s.key)
	mac.Write([]byte(id + "." + timestamp + "."))
	mac.Write(body)
	return mac.Sum(nil)
}

// Sign returns the signature header of a message, with one signature for each
// secret: while secrets are rotated, receivers know only one of two.
func Sign(id string, at time.Time, body []byte, secrets ...Secret) string {
	signatures := make([]string, len(secrets))
	for i, s := range secrets {
		sum := s.sum(id, strconv.FormatInt(at.Unix(), 10), body)
		signatures[i] = "v1," + base64.StdEncoding.EncodeToString(sum)
	}
	return strings.Join(signatures, " ")
}

// SignHeader sets the three headers of a signed message.
func SignHeader(h http.Header, id string, at time.Time, body []byte, secrets ...Secret) {
	h.Set(HeaderID, id)
	h.Set(HeaderTimestamp, strconv.FormatInt(at.Unix(), 10))
	h.Set(HeaderSignature, Sign(id, at, body, secrets...))
}

// Verifier tells who signed a callback, and when.
type Verifier struct {
	secrets []Secret
	now     func() time.Time
}

// NewVerifier returns a verifier that accepts the signature of any of the
// secrets.
func NewVerifier(now func() time.Time, secrets ...Secret) (*Verifier, error) {
	if len(secrets) == 0 {
		return nil, errors.New("no webhook secret")
	}
	for _, s := range secrets {
		if len(s.key) == 0 {
			return nil, errors.New("an empty webhook secret")
		}
	}
	return &Verifier{secrets: secrets, now: now}, nil
}

// The id must hold no full stop: what is signed is id.timestamp.body, and must
// come apart in one way only.
var (
	wellFormedID        = regexp.MustCompile(`^[!-\-/-~]{1,128}$`)
	wellFormedTimestamp = regexp.MustCompile(`^[1-9][0-9]{0,11}$`)
)

// Verify returns the id of a message whose signature and time are good. The
// same message may come again, within the window or by a retry of the sender's:
// the id is the same then.
func (v *Verifier) Verify(h http.Header, body []byte) (id string, err error) {
	if len(body) == 0 || len(body) > MaxBody {
		return "", ErrSize
	}
	id, ok1 := single(h, HeaderID)
	timestamp, ok2 := single(h, HeaderTimestamp)
	signatures, ok3 := single(h, HeaderSignature)
	if !ok1 || !ok2 || !ok3 || len(signatures) > maxSignatures || !wellFormedID.MatchString(id) || !wellFormedTimestamp.MatchString(timestamp) {
		return "", ErrHeader
	}
	seconds, _ := strconv.ParseInt(timestamp, 10, 64) // twelve digits fit
	if age := v.now().Sub(time.Unix(seconds, 0)); age > tolerance || age < -tolerance {
		return "", ErrTime
	}
	if !v.signed(strings.Fields(signatures), id, timestamp, body) {
		return "", ErrSignature
	}
	return id, nil
}

// signed looks at every signature with every secret, whatever it finds.
func (v *Verifier) signed(given []string, id, timestamp string, body []byte) bool {
	good := false
	for _, s := range v.secrets {
		want := s.sum(id, timestamp, body)
		for _, g := range given {
			b64, ok := strings.CutPrefix(g, "v1,") // other versions are not ours to judge
			sum, err := base64.StdEncoding.Strict().DecodeString(b64)
			if ok && err == nil && hmac.Equal(sum, want) {
				good = true
			}
		}
	}
	return good
}

func single(h http.Header, name string) (string, bool) {
	values := h.Values(name)
	if len(values) != 1 {
		return "", false
	}
	return values[0], true
}
