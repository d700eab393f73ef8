package main

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"fenfu/bot/webhook"
)

// config is every setting of the service.
type config struct {
	Listen        string `help:"Address to serve on." default:"127.0.0.1:8090" env:"FENFU_CHECKER_LISTEN"`
	Token         string `help:"Bearer token that callers must show. Empty: none." env:"FENFU_CHECKER_TOKEN"`
	WebhookSecret string `help:"Secrets that callbacks are signed with: whsec_…, separated by commas." env:"FENFU_CHECKER_WEBHOOK_SECRET"`
	AllowPrivate  bool   `help:"Also call back to addresses that are not public." default:"true" negatable:"" env:"FENFU_CHECKER_ALLOW_PRIVATE"`

	Mode          []string      `help:"How to behave: decide, pending-callback, pending-poll, slow, fail, cut, duplicate-callback, late-callback, bad-signature or malformed. Of several, each check gets one, by its id." default:"decide" env:"FENFU_CHECKER_MODE"`
	Delay         time.Duration `help:"How long a decision takes, in slow and in every mode that is pending first." default:"2s" env:"FENFU_CHECKER_DELAY"`
	CallbackDelay time.Duration `help:"How long after its decision a late callback comes." default:"10s" env:"FENFU_CHECKER_CALLBACK_DELAY"`
	CallbackTimes int           `help:"How many times a duplicate callback comes." default:"3" env:"FENFU_CHECKER_CALLBACK_TIMES"`
	RetryAfter    time.Duration `help:"What Retry-After says, in whole seconds. 0: no such header." default:"1s" env:"FENFU_CHECKER_RETRY_AFTER"`
	FailTimes     int           `help:"How many tries of a check go wrong, in fail, cut and malformed. 0: every one." default:"2" env:"FENFU_CHECKER_FAIL_TIMES"`
	FailStatus    int           `help:"The status to fail with: 429 or 5xx." default:"503" env:"FENFU_CHECKER_FAIL_STATUS"`
	Malformed     string        `help:"What is wrong with a malformed answer: ${enum}." enum:"json,type,empty,huge,check-id,status,decision,reason" default:"json" env:"FENFU_CHECKER_MALFORMED"`

	MaxChecks int  `help:"Checks kept in memory; the oldest go first." default:"100000" env:"FENFU_CHECKER_MAX_CHECKS"`
	Record    bool `help:"Serve GET /v1/received: how often each check was asked for." env:"FENFU_CHECKER_RECORD"`
}

// The modes.
const (
	modeDecide            = "decide"             // answers at once
	modePendingCallback   = "pending-callback"   // 202, then a callback
	modePendingPoll       = "pending-poll"       // 202, never a callback
	modeSlow              = "slow"               // answers after a delay; other tries meanwhile get 409
	modeFail              = "fail"               // refuses some tries with a status
	modeCut               = "cut"                // takes the check, and loses the reply of some tries
	modeDuplicateCallback = "duplicate-callback" // 202, then the callback several times at once
	modeLateCallback      = "late-callback"      // 202, the callback long after the decision
	modeBadSignature      = "bad-signature"      // 202, then a callback that somebody else signed
	modeMalformed         = "malformed"          // takes the check, answers some tries with nonsense
)

func modes() []string {
	return []string{
		modeDecide, modePendingCallback, modePendingPoll, modeSlow, modeFail, modeCut,
		modeDuplicateCallback, modeLateCallback, modeBadSignature, modeMalformed,
	}
}

// pending tells the modes that answer 202 first.
func pending(mode string) bool { return mode == modePendingPoll || callsBack(mode) }

// callsBack tells the modes that send callbacks.
func callsBack(mode string) bool {
	return mode == modePendingCallback || mode == modeDuplicateCallback || mode == modeLateCallback || mode == modeBadSignature
}

// check returns everything that is wrong with the settings, at once.
func (c *config) check() error {
	var errs []error
	bad := func(ok bool, format string, args ...any) {
		if !ok {
			errs = append(errs, fmt.Errorf(format, args...))
		}
	}
	for _, m := range c.Mode {
		bad(slices.Contains(modes(), m), "--mode: no such mode: %q", m)
	}
	bad(len(c.Mode) > 0, "--mode: none given")
	_, err := webhook.ParseSecrets(c.WebhookSecret)
	bad(err == nil, "--webhook-secret: %w", err)
	bad(strings.TrimSpace(c.WebhookSecret) != "" || !slices.ContainsFunc(c.Mode, callsBack),
		"--webhook-secret: callbacks need one; make it with: echo whsec_$(openssl rand -base64 32)")
	bad(c.FailStatus == 429 || c.FailStatus >= 500 && c.FailStatus <= 599, "--fail-status: must be 429 or 5xx")
	bad(c.FailTimes >= 0, "--fail-times: must not be negative")
	bad(c.CallbackTimes >= 1, "--callback-times: must be at least 1")
	bad(c.Delay >= 0 && c.CallbackDelay >= 0 && c.RetryAfter >= 0, "--delay, --callback-delay and --retry-after must not be negative")
	bad(c.MaxChecks >= 1, "--max-checks: must be at least 1")
	return errors.Join(errs...)
}
