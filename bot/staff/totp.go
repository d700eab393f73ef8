package staff

import (
	"fmt"
	"log/slog"
	"time"

	"github.com/pquerna/otp"
	"github.com/pquerna/otp/hotp"
	"github.com/pquerna/otp/totp"
)

// Secret is the shared secret of an authenticator app, in base32. It does not
// print.
type Secret string

// Format keeps the secret out of every verb.
func (Secret) Format(f fmt.State, _ rune) { fmt.Fprint(f, hidden) }

// LogValue keeps the secret out of slog.
func (Secret) LogValue() slog.Value { return slog.StringValue(hidden) }

// MarshalText keeps the secret out of JSON.
func (Secret) MarshalText() ([]byte, error) { return []byte(hidden), nil }

// Reveal returns the secret as an authenticator app is told it.
func (s Secret) Reveal() string { return string(s) }

const (
	period = 30 // seconds a code is good for (RFC 6238)
	skew   = 1  // codes before and after the present one that are accepted
)

// NewSecret returns a fresh secret for an account, and the otpauth:// address
// that authenticator apps read.
func NewSecret(issuer, account string) (Secret, string, error) {
	key, err := totp.Generate(totp.GenerateOpts{Issuer: issuer, AccountName: account, Period: period})
	if err != nil {
		return "", "", fmt.Errorf("make a TOTP secret: %w", err)
	}
	return Secret(key.Secret()), key.URL(), nil
}

// Step returns the time step that a code belongs to, or false if it is none of
// now's. Whoever accepts a code must accept no code of the same or an earlier
// step again, or one that was looked over a shoulder signs in once more.
func (s Secret) Step(code string, now time.Time) (int64, bool) {
	step := now.Unix() / period
	for _, at := range []int64{step, step - skew, step + skew} {
		ok, err := hotp.ValidateCustom(code, uint64(at), string(s), hotp.ValidateOpts{Digits: otp.DigitsSix, Algorithm: otp.AlgorithmSHA1})
		if err == nil && ok {
			return at, true
		}
	}
	return 0, false
}
