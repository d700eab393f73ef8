package llm

import (
	"context"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"strconv"
	"time"

	openai "github.com/sashabaranov/go-openai"
)

const (
	maxResponse = 1 << 20 // bytes of one answer on the wire, keep-alives and all
	maxProblem  = 4 << 10 // bytes read of an answer that is an error
)

// errEnough is what a taker of text returns when it has all it wants.
var errEnough = errors.New("enough")

// ask sends one prompt and gives what the model says to take, as it comes. It
// reports whether the model came to its end, not to that of its tokens.
func (c *Client) ask(ctx context.Context, messages []openai.ChatCompletionMessage, tokens int, take func(string) error) (whole bool, err error) {
	if c.rest.resting() {
		return false, &Error{Reason: Resting}
	}
	select {
	case c.slots <- struct{}{}:
		defer func() { <-c.slots }()
	default:
		return false, &Error{Reason: Busy}
	}
	switch ok, err := c.spend(ctx); {
	case err != nil:
		return false, &Error{Reason: Failed, Err: err}
	case !ok:
		return false, &Error{Reason: Spent}
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel() // also when enough was taken: the service may stop
	whole, err = c.stream(ctx, messages, tokens, take)
	var e *Error
	switch {
	case err == nil, errors.As(err, &e) && e.Reason != Cut:
		c.rest.well() // the service works; what it says is another matter
		return whole, err
	case errors.Is(ctx.Err(), context.Canceled):
		return false, &Error{Reason: Stopped}
	case ctx.Err() != nil:
		err = &Error{Reason: Timeout}
	case e == nil:
		err = &Error{Reason: Failed, Err: bare(err)}
	}
	c.rest.failed()
	return false, err
}

// stream reads one answer to its end.
func (c *Client) stream(ctx context.Context, messages []openai.ChatCompletionMessage, tokens int, take func(string) error) (whole bool, err error) {
	s, err := c.api.CreateChatCompletionStream(ctx, openai.ChatCompletionRequest{
		Model: c.model, Messages: messages,
		MaxTokens:   tokens, //lint:ignore SA1019 the newer name is OpenAI's alone; this one every server knows
		Temperature: 0.01,   // 0 would be left out
	})
	if err != nil {
		return false, err
	}
	defer s.Close()
	for {
		r, err := s.Recv()
		if err == io.EOF {
			return false, &Error{Reason: Cut} // no finish_reason came
		}
		if err != nil {
			return false, err
		}
		if len(r.Choices) == 0 || r.Choices[0].Index != 0 {
			continue
		}
		if err := take(r.Choices[0].Delta.Content); err == errEnough {
			return false, nil
		} else if err != nil {
			return false, err
		}
		switch r.Choices[0].FinishReason {
		case "", openai.FinishReasonNull:
		case openai.FinishReasonStop:
			return true, nil
		case openai.FinishReasonLength:
			return false, nil
		default: // a tool, or a filter of the service's own
			return false, &Error{Reason: Format}
		}
	}
}

// bare is err without what a server put into it.
func bare(err error) error {
	var api *openai.APIError
	var request *openai.RequestError
	switch {
	case errors.As(err, &api):
		return fmt.Errorf("HTTP status %d", api.HTTPStatusCode)
	case errors.As(err, &request):
		return fmt.Errorf("HTTP status %d", request.HTTPStatusCode)
	case errors.Is(err, errNoStream):
		return errNoStream
	}
	return fmt.Errorf("%T", err)
}

var errNoStream = errors.New("the answer is no event stream")

// doer is go-openai's HTTP client: it bounds what is read, and sees the headers
// that go-openai does not pass on.
type doer struct {
	client http.Client
	rest   *rest
}

// Do sends a request.
func (d *doer) Do(req *http.Request) (*http.Response, error) {
	resp, err := d.client.Do(req)
	if err != nil {
		return nil, err
	}
	limit := int64(maxResponse)
	switch kind, _, _ := mime.ParseMediaType(resp.Header.Get("Content-Type")); {
	case resp.StatusCode >= http.StatusBadRequest:
		limit = maxProblem
		if resp.StatusCode == http.StatusTooManyRequests || resp.StatusCode == http.StatusServiceUnavailable {
			d.rest.refused(retryAfter(resp.Header.Get("Retry-After"), d.rest.now()))
		}
	case resp.StatusCode != http.StatusOK || kind != "text/event-stream":
		resp.Body.Close()
		return nil, errNoStream
	}
	resp.Body = &bounded{Reader: io.LimitReader(resp.Body, limit), Closer: resp.Body}
	return resp, nil
}

// bounded is a body of which no more than a limit is read.
type bounded struct {
	io.Reader
	io.Closer
}

// retryAfter reads a Retry-After header, in seconds or as a date.
func retryAfter(value string, now time.Time) time.Duration {
	if n, err := strconv.Atoi(value); err == nil {
		return time.Duration(min(max(n, 0), int(maxRest/time.Second))) * time.Second
	}
	if at, err := http.ParseTime(value); err == nil {
		return at.Sub(now)
	}
	return 0
}
