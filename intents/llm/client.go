package llm

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"time"

	openai "github.com/sashabaranov/go-openai"

	"fenfu/intents/faq"
	"fenfu/intents/guard"
)

// defaultConcurrent is the default of a Config's Concurrent.
const defaultConcurrent = 32

// Config says which model to ask. URL, Model and Guard are required.
type Config struct {
	URL        string // base URL of an OpenAI-compatible API, such as https://llm.example.com/v1
	Model      string
	Key        string           // bearer token, "" for none
	Guard      *guard.Guard     // what no answer may claim
	Concurrent int              // calls under way at once; 32
	Now        func() time.Time // time.Now

	// Spend spends one call of a budget, just before it is made, and reports
	// whether there was one left. With an error there is no call. nil: as many
	// as are asked for.
	Spend func(context.Context) (bool, error)
}

// Client asks a model. It is safe for use by many.
type Client struct {
	api   *openai.Client
	model string
	guard *guard.Guard
	doer  *doer
	slots chan struct{}
	rest  *rest
	spend func(context.Context) (bool, error)
}

// New returns a client. It connects to nothing yet.
func New(c Config) (*Client, error) {
	base, err := url.Parse(c.URL)
	switch {
	case err != nil:
		return nil, errors.New("language model: the URL cannot be read")
	case base.Scheme != "https" && base.Scheme != "http" || base.Host == "" || base.User != nil || base.RawQuery != "" || base.Fragment != "":
		return nil, errors.New("language model: the URL must be http(s)://host[:port]/path and no more")
	case base.Scheme == "http" && c.Key != "" && !private(base.Hostname()):
		return nil, errors.New("language model: a key is not sent over plain http, but to a private address")
	case c.Model == "":
		return nil, errors.New("language model: no model named")
	case c.Guard == nil:
		return nil, errors.New("language model: no guard")
	case c.Concurrent < 0:
		return nil, fmt.Errorf("language model: %d calls at once: out of range", c.Concurrent)
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Concurrent == 0 {
		c.Concurrent = defaultConcurrent
	}
	if c.Spend == nil {
		c.Spend = func(context.Context) (bool, error) { return true, nil }
	}
	r := &rest{now: c.Now}
	o := openai.DefaultConfig(c.Key)
	o.BaseURL = c.URL
	d := newDoer(r, c.Concurrent)
	o.HTTPClient = d
	o.EmptyMessagesLimit = maxResponse // keep-alives count as such; the body's length is the bound
	return &Client{
		api: openai.NewClientWithConfig(o), model: c.Model, guard: c.Guard, doer: d,
		slots: make(chan struct{}, c.Concurrent), rest: r, spend: c.Spend,
	}, nil
}

// Close lets go of idle connections.
func (c *Client) Close() { c.doer.client.CloseIdleConnections() }

// private reports whether a host is this machine or stands on a private address.
func private(host string) bool {
	if host == "localhost" {
		return true
	}
	addr, err := netip.ParseAddr(host)
	return err == nil && (addr.IsLoopback() || addr.IsPrivate() || addr.IsLinkLocalUnicast())
}

// Answer answers the question from the entries. Every sentence of the answer is
// given to show as soon as it has passed; text is all of them, cites the ids of
// the entries it rests on. An empty text without an error: the entries hold no
// answer. With an error, an *Error, whatever was shown is void.
//
// The question must hold no personal details.
func (c *Client) Answer(ctx context.Context, question string, entries []faq.Entry, show func(string)) (text string, cites []string, err error) {
	return c.grounded(ctx, answerPrompt(question, entries), entries, show)
}

// grounded asks for a text that rests on the entries, if there are any.
func (c *Client) grounded(ctx context.Context, messages []openai.ChatCompletionMessage, entries []faq.Entry, show func(string)) (text string, cites []string, err error) {
	if len(entries) == 0 {
		return "", nil, nil
	}
	r := &reply{entries: entries, guard: c.guard, show: show}
	whole, err := c.ask(ctx, messages, answerTokens, r.add)
	if err == nil {
		err = r.end(whole)
	}
	if err != nil {
		return "", nil, err
	}
	return r.shown.String(), r.cites, nil
}

// newDoer returns the HTTP client of go-openai's calls.
func newDoer(r *rest, concurrent int) *doer {
	return &doer{rest: r, client: http.Client{
		Transport: &http.Transport{
			Proxy:                  http.ProxyFromEnvironment,
			DialContext:            (&net.Dialer{Timeout: 3 * time.Second, KeepAlive: 30 * time.Second}).DialContext,
			TLSHandshakeTimeout:    3 * time.Second,
			MaxIdleConnsPerHost:    concurrent,
			IdleConnTimeout:        time.Minute,
			ForceAttemptHTTP2:      true,
			MaxResponseHeaderBytes: 64 << 10,
		},
		// A key goes to the host it is for, and nowhere else.
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
}
