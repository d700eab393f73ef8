package webhook

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"time"

	"github.com/sony/gobreaker/v2"
)

// EndpointConfig says where webhooks go.
type EndpointConfig struct {
	URL          string // https unless AllowPrivate
	Secrets      []Secret
	AllowPrivate bool                // also go to addresses that are not public, and by plain http
	RootCAs      *x509.CertPool      // nil: the system's
	Timeout      time.Duration       // of one try, 0: TryTime
	Prepare      func(*http.Request) // adds headers to every try; nil: none
}

// Endpoint is where webhooks are sent to. Each call is one try: whoever calls
// keeps a schedule of tries (see [Pauses]).
//
// A breaker stands before it: after failures in a row, tries fail at once for a
// while, so that an endpoint that hangs does not hold up other work.
type Endpoint struct {
	url     *url.URL
	secrets []Secret
	timeout time.Duration
	prepare func(*http.Request)
	client  *http.Client
	breaker *gobreaker.CircuitBreaker[struct{}]
}

// TryTime is how long one try may take, unless set otherwise.
const TryTime = 15 * time.Second

const (
	tripAfter = 5                // failures in a row that open the breaker
	cooldown  = 30 * time.Second // how long it stays open
	maxAnswer = 4 << 10          // bytes of an answer that are read, so that its connection can be used again
)

// NewEndpoint returns an endpoint, or everything that is wrong with its
// settings. It connects to nothing yet.
func NewEndpoint(c EndpointConfig) (*Endpoint, error) {
	u, err := ParseURL(c.URL, c.AllowPrivate)
	if err != nil {
		err = fmt.Errorf("URL of the webhook: %w", err)
	}
	if len(c.Secrets) == 0 {
		err = errors.Join(err, errors.New("the webhook needs a secret to sign with"))
	}
	if err != nil {
		return nil, err
	}
	if c.Timeout <= 0 {
		c.Timeout = TryTime
	}
	if c.Prepare == nil {
		c.Prepare = func(*http.Request) {}
	}
	return &Endpoint{
		url: u, secrets: c.Secrets, timeout: c.Timeout, prepare: c.Prepare,
		client: NewClient(ClientConfig{Timeout: c.Timeout, AllowPrivate: c.AllowPrivate, RootCAs: c.RootCAs, Idle: 32}),
		breaker: gobreaker.NewCircuitBreaker[struct{}](gobreaker.Settings{
			Timeout:      cooldown,
			ReadyToTrip:  func(n gobreaker.Counts) bool { return n.ConsecutiveFailures >= tripAfter },
			IsSuccessful: alive,
			IsExcluded:   func(err error) bool { return ReasonOf(err) == ReasonCanceled },
		}),
	}, nil
}

// Why a try failed. They are few and fixed, so that they can be counted by.
const (
	ReasonRefused     = "refused"  // 4xx
	ReasonRedirect    = "redirect" // 3xx, which is not followed
	ReasonLimited     = "rate_limited"
	ReasonUnavailable = "unavailable" // 5xx
	ReasonGone        = "gone"        // 410: never send anything there again
	ReasonTimeout     = "timeout"
	ReasonUnreachable = "unreachable" // no connection, or one that broke
	ReasonPrivate     = "private_address"
	ReasonBreakerOpen = "breaker_open" // nothing was sent
	ReasonCanceled    = "canceled"     // by the caller
)

// SendError says why a try failed. It holds nothing of the URL, which may be a
// secret, nor of the answer.
type SendError struct {
	Reason string
	Status int // 0: there was no answer
}

// Error implements error.
func (e *SendError) Error() string {
	if e.Status != 0 {
		return fmt.Sprintf("webhook not taken: %s, status %d", e.Reason, e.Status)
	}
	return "webhook not taken: " + e.Reason
}

// ReasonOf returns the reason of a SendError, "" for any other error and none.
func ReasonOf(err error) string {
	var e *SendError
	if errors.As(err, &e) {
		return e.Reason
	}
	return ""
}

// Send makes one try to deliver a message: signed now, with every secret.
// Nothing but a status of 2xx is success. Every error is a *SendError.
func (e *Endpoint) Send(ctx context.Context, id string, body []byte) error {
	_, err := e.breaker.Execute(func() (struct{}, error) { return struct{}{}, e.send(ctx, id, body) })
	if errors.Is(err, gobreaker.ErrOpenState) || errors.Is(err, gobreaker.ErrTooManyRequests) {
		return &SendError{Reason: ReasonBreakerOpen}
	}
	return err
}

func (e *Endpoint) send(caller context.Context, id string, body []byte) error {
	ctx, cancel := context.WithTimeout(caller, e.timeout)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, e.url.String(), bytes.NewReader(body))
	if err != nil {
		return &SendError{Reason: ReasonRefused}
	}
	req.GetBody = nil // the transport does not try again by itself
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("User-Agent", "fenfu")
	req.Header.Set("X-Request-Id", rand.Text())
	e.prepare(req)
	SignHeader(req.Header, id, time.Now(), body, e.secrets...)
	resp, err := e.client.Do(req)
	if err != nil {
		return failure(caller, err)
	}
	defer resp.Body.Close()
	_, _ = io.Copy(io.Discard, io.LimitReader(resp.Body, maxAnswer)) // the status has said it all
	return verdict(resp.StatusCode)
}

// verdict says what a status means.
func verdict(status int) error {
	reason := ReasonRefused
	switch {
	case status >= 200 && status < 300:
		return nil
	case status < 400:
		reason = ReasonRedirect
	case status == http.StatusGone:
		reason = ReasonGone
	case status == http.StatusTooManyRequests:
		reason = ReasonLimited
	case status >= 500:
		reason = ReasonUnavailable
	}
	return &SendError{Reason: reason, Status: status}
}

// failure says what went wrong on the way.
func failure(ctx context.Context, err error) error {
	var timed net.Error
	switch {
	case ctx.Err() != nil:
		return &SendError{Reason: ReasonCanceled}
	case errors.Is(err, ErrPrivateAddress):
		return &SendError{Reason: ReasonPrivate}
	case errors.As(err, &timed) && timed.Timeout():
		return &SendError{Reason: ReasonTimeout}
	}
	return &SendError{Reason: ReasonUnreachable}
}

// alive tells what the breaker counts as a sign of life: whatever was said at
// once, and will be said again.
func alive(err error) bool {
	switch ReasonOf(err) {
	case "", ReasonRefused, ReasonRedirect, ReasonGone, ReasonPrivate:
		return true
	}
	return false
}

// Breaker returns the breaker's state: closed, half-open or open.
func (e *Endpoint) Breaker() string { return e.breaker.State().String() }
