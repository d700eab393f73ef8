package eligibility

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"time"

	"github.com/sony/gobreaker/v2"

	"fenfu/bot/webhook"
)

// RemoteConfig is what a Remote needs to know.
type RemoteConfig struct {
	URL          string              // of the service, without /v1; https unless AllowPrivate
	Token        string              // sent as a bearer token; "" only with AllowPrivate
	CallbackURL  string              // where the service may say that it has decided; "": it is polled only
	AllowPrivate bool                // also connect to addresses that are not public, and by plain http
	RootCAs      *x509.CertPool      // nil: the system's
	Timeout      time.Duration       // of one try, 0: 5 s
	TripAfter    int                 // failures in a row that open the breaker, 0: 5
	Cooldown     time.Duration       // how long the breaker stays open, 0: 30 s
	Prepare      func(*http.Request) // adds headers to every try; nil: none
}

// Remote speaks contract v1 to an eligibility service. Each call is one try:
// whoever calls has a schedule of tries and keeps it. Tries are told apart by
// nothing but X-Request-Id, and the service makes of any number of them one
// check, by the idempotency key.
//
// A breaker stands before the service: after failures in a row nothing is sent
// for a while, then one try decides whether to go on.
type Remote struct {
	checks      *url.URL
	token       string
	callbackURL string
	timeout     time.Duration
	cooldown    time.Duration
	prepare     func(*http.Request)
	client      *http.Client
	breaker     *gobreaker.CircuitBreaker[Answer]
}

// NewRemote returns a client of the service, or says what is wrong with the
// settings. It connects to nothing yet.
func NewRemote(c RemoteConfig) (*Remote, error) {
	base, err := c.check()
	if err != nil {
		return nil, err
	}
	if c.Timeout <= 0 {
		c.Timeout = 5 * time.Second
	}
	if c.TripAfter <= 0 {
		c.TripAfter = 5
	}
	if c.Cooldown <= 0 {
		c.Cooldown = 30 * time.Second
	}
	if c.Prepare == nil {
		c.Prepare = func(*http.Request) {}
	}
	return &Remote{
		checks: base.JoinPath("v1", "checks"), token: c.Token, callbackURL: c.CallbackURL,
		timeout: c.Timeout, cooldown: c.Cooldown, prepare: c.Prepare,
		client: webhook.NewClient(webhook.ClientConfig{
			Timeout: c.Timeout, AllowPrivate: c.AllowPrivate, RootCAs: c.RootCAs, Idle: 32,
		}),
		breaker: gobreaker.NewCircuitBreaker[Answer](gobreaker.Settings{
			Timeout:      c.Cooldown,
			ReadyToTrip:  func(n gobreaker.Counts) bool { return int(n.ConsecutiveFailures) >= c.TripAfter },
			IsSuccessful: alive,
			IsExcluded:   canceled,
		}),
	}, nil
}

// check returns the service's URL, or everything that is wrong. It repeats no
// setting that may be secret.
func (c *RemoteConfig) check() (*url.URL, error) {
	var errs []error
	base, err := c.parseURL(c.URL)
	if err != nil {
		errs = append(errs, fmt.Errorf("URL of the eligibility service: %w", err))
	}
	if c.CallbackURL != "" {
		if _, err := c.parseURL(c.CallbackURL); err != nil {
			errs = append(errs, fmt.Errorf("callback URL: %w", err))
		}
	}
	switch {
	case c.Token == "" && !c.AllowPrivate:
		errs = append(errs, errors.New("the eligibility service needs a token"))
	case strings.ContainsFunc(c.Token, func(r rune) bool { return r <= ' ' || r > '~' }):
		errs = append(errs, errors.New("the token of the eligibility service holds characters that no header may"))
	}
	return base, errors.Join(errs...)
}

func (c *RemoteConfig) parseURL(s string) (*url.URL, error) {
	u, err := webhook.ParseURL(s, c.AllowPrivate)
	if err == nil && u.RawQuery != "" {
		return nil, errors.New("must have no query")
	}
	return u, err
}

// alive tells what the breaker counts as a sign of life: any answer of the
// contract, a refusal too.
func alive(err error) bool {
	var again *TryAgainError
	return !errors.As(err, &again) || again.Reason == ReasonLimited || again.Reason == ReasonRunning
}

// canceled tells what says nothing about the service.
func canceled(err error) bool {
	var again *TryAgainError
	return errors.As(err, &again) && again.Reason == ReasonCanceled
}

// Ready returns an error while the breaker is open.
func (r *Remote) Ready() error {
	if r.breaker.State() == gobreaker.StateOpen {
		return errBreakerOpen
	}
	return nil
}

// Breaker returns the breaker's state: closed, half-open or open.
func (r *Remote) Breaker() string { return r.breaker.State().String() }

var errBreakerOpen = errors.New("the eligibility service fails: the circuit breaker is open")

// checkID is what a check's id may look like. It goes into a header, a path and
// logs.
var checkID = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$`)

// Check implements RemoteChecker.
func (r *Remote) Check(ctx context.Context, req Request) (Answer, error) {
	if !checkID.MatchString(req.CheckID) {
		return Answer{}, &RefusedError{Problem: "the check's id is malformed"}
	}
	body, err := encodeRequest(req, r.callbackURL)
	if err != nil {
		return Answer{}, &RefusedError{Problem: "the request cannot be encoded"} // err may quote it
	}
	return r.try(ctx, http.MethodPost, r.checks, req.CheckID, body)
}

// Poll implements RemoteChecker. Where a check is follows from its id: an
// address that an answer names is not gone to.
func (r *Remote) Poll(ctx context.Context, id string) (Answer, error) {
	if !checkID.MatchString(id) {
		return Answer{}, &RefusedError{Problem: "the check's id is malformed"}
	}
	return r.try(ctx, http.MethodGet, r.checks.JoinPath(id), id, nil)
}

// try makes one request, unless the breaker is open.
func (r *Remote) try(ctx context.Context, method string, to *url.URL, id string, body []byte) (Answer, error) {
	a, err := r.breaker.Execute(func() (Answer, error) { return r.send(ctx, method, to, id, body) })
	switch {
	case errors.Is(err, gobreaker.ErrOpenState):
		return Answer{}, &TryAgainError{After: r.cooldown, Reason: ReasonBreakerOpen, Err: errBreakerOpen}
	case errors.Is(err, gobreaker.ErrTooManyRequests): // one try is out to see whether the service is back
		return Answer{}, &TryAgainError{After: r.timeout, Reason: ReasonBreakerOpen, Err: errBreakerOpen}
	}
	return a, err
}

func (r *Remote) send(caller context.Context, method string, to *url.URL, id string, body []byte) (Answer, error) {
	ctx, cancel := context.WithTimeout(caller, r.timeout)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, method, to.String(), bytes.NewReader(body))
	if err != nil {
		return Answer{}, &RefusedError{Problem: "the request cannot be made"}
	}
	// Without it the transport sends a request with an idempotency key once
	// more by itself if the connection breaks, unseen by schedule and breaker.
	req.GetBody = nil
	req.Header.Set("Accept", "application/json, application/problem+json")
	req.Header.Set("User-Agent", "fenfu")
	req.Header.Set("X-Request-Id", rand.Text())
	r.prepare(req)
	if r.token != "" {
		req.Header.Set("Authorization", "Bearer "+r.token)
	}
	if method == http.MethodPost {
		req.Header.Set("Content-Type", "application/json")
		req.Header.Set("Idempotency-Key", id)
	}
	resp, err := r.client.Do(req)
	if err != nil {
		return Answer{}, failure(caller, err)
	}
	defer resp.Body.Close()
	raw, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswer+1))
	if err != nil {
		return Answer{}, failure(caller, err)
	}
	return decodeAnswer(resp.StatusCode, resp.Header, raw, id)
}
