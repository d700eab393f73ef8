package llm_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"fenfu/intents/llm"
	"fenfu/intents/llm/llmtest"
)

const good = "依据：review\n提交后由系统自动审核，通常较快。"

// status answers with an error.
func status(code int, kind, body string, header ...string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", kind)
		for i := 0; i+1 < len(header); i += 2 {
			w.Header().Set(header[i], header[i+1])
		}
		w.WriteHeader(code)
		_, _ = io.WriteString(w, body) // the client may be gone
	}
}

// raw streams text as it is.
func raw(text string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/event-stream")
		llmtest.Raw(w, text)
	}
}

// untilGone writes until the client has gone.
func untilGone(write func(w http.ResponseWriter)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/event-stream")
		for r.Context().Err() == nil {
			write(w)
		}
	}
}

// TestFaults are ways in which a server misbehaves that come to an end by
// themselves.
func TestFaults(t *testing.T) {
	chunk := func(content string) string {
		return `data: {"choices":[{"index":0,"delta":{"content":"` + content + `"}}]}` + "\n\n"
	}
	for name, c := range map[string]struct {
		serve http.HandlerFunc
		want  llm.Reason
	}{
		"HTML 502":              {status(502, "text/html", "<html>Bad Gateway"+strings.Repeat("x", 1<<20)), llm.Failed},
		"HTML 200":              {status(200, "text/html", "<html>welcome"), llm.Failed},
		"JSON 200":              {status(200, "application/json", `{"choices":[]}`), llm.Failed},
		"401":                   {status(401, "application/json", `{"error":{"message":"wrong key k-secret"}}`), llm.Failed},
		"redirect":              {status(302, "text/plain", "", "Location", "http://127.0.0.1:1/steal"), llm.Failed},
		"empty 200":             {raw(""), llm.Cut},
		"done and nothing":      {raw("data: [DONE]\n\n"), llm.Cut},
		"cut in a sentence":     {raw(chunk(`依据：review\n提交后由系统`)), llm.Cut},
		"cut after a sentence":  {raw(chunk(`依据：review\n提交后由系统自动审核。`)), llm.Cut},
		"done without a reason": {raw(chunk(`依据：review\n提交后由系统自动审核。`) + "data: [DONE]\n\n"), llm.Cut},
		"error in the stream":   {raw(chunk(`依据：review\n`) + `data: {"error":{"message":"overloaded"}}` + "\n\n"), llm.Failed},
		"no JSON":               {raw("data: {\"choices\":[{\n\n"), llm.Failed},
		"no choices":            {raw(strings.Repeat("data: {}\n\n", 9)), llm.Cut},
		"filtered": {func(w http.ResponseWriter, _ *http.Request) {
			llmtest.Stream(w, "依据：review\n")
			llmtest.Finish(w, "content_filter")
		}, llm.Format},
		"wants a tool": {func(w http.ResponseWriter, _ *http.Request) {
			llmtest.Stream(w)
			llmtest.Finish(w, "tool_calls")
		}, llm.Format},
		"broken UTF-8": {func(w http.ResponseWriter, _ *http.Request) {
			llmtest.Stream(w, "依据：review\n")
			w.(io.Writer).Write([]byte("data: {\"choices\":[{\"delta\":{\"content\":\"提交\xe5\"}}]}\n\n"))
			w.(io.Writer).Write([]byte("data: {\"choices\":[{\"delta\":{\"content\":\"\x90\x8e由系统自动审核。\"}}]}\n\n"))
			llmtest.Finish(w, "stop")
		}, llm.Refused},
		"cut off at the head": {func(w http.ResponseWriter, _ *http.Request) {
			llmtest.Stream(w, "依据：rev")
			llmtest.Finish(w, "length")
		}, llm.Empty},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m := llmtest.Start(t, nil)
			m.Misbehave(c.serve)
			client := newClient(t, m, func(c *llm.Config) { c.Key = "k-secret" })
			_, _, err := answer(t, client, "问题")
			if reason(err) != c.want {
				t.Errorf("%v, want %s", err, c.want)
			}
			if text := fmt.Sprint(err); strings.Contains(text, "k-secret") || strings.Contains(text, "html") {
				t.Errorf("the error repeats the server: %s", text)
			}
		})
	}
}

// until is how long a call may take: little, if it is to run out of time.
func until(t *testing.T, want llm.Reason) context.Context {
	t.Helper()
	within := time.Minute
	if want == llm.Timeout {
		within = 1500 * time.Millisecond
	}
	ctx, cancel := context.WithTimeout(t.Context(), within)
	t.Cleanup(cancel)
	return ctx
}

// TestEndless are servers that never come to an end: the deadline does, or the
// length that is enough.
func TestEndless(t *testing.T) {
	for name, c := range map[string]struct {
		serve http.HandlerFunc
		want  llm.Reason
	}{
		"silence before the head": {func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }, llm.Timeout},
		"silence in the stream": {func(w http.ResponseWriter, r *http.Request) {
			llmtest.Stream(w, "依据：review\n提交后由系统自动审核。")
			<-r.Context().Done()
		}, llm.Timeout},
		"keep-alives": {func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", "text/event-stream")
			for range 5000 { // far more than go-openai's own limit
				llmtest.Raw(w, ": ping\n\n")
			}
			<-r.Context().Done()
		}, llm.Timeout},
		"a flood of keep-alives": {untilGone(func(w http.ResponseWriter) { llmtest.Raw(w, ": "+strings.Repeat("ping ", 4096)+"\n\n") }), llm.Cut},
		"one endless line":       {untilGone(func(w http.ResponseWriter) { llmtest.Raw(w, strings.Repeat("data", 4096)) }), llm.Cut},
		"an endless sentence": {func(w http.ResponseWriter, r *http.Request) {
			llmtest.Stream(w, "依据：review\n")
			untilGone(func(w http.ResponseWriter) { llmtest.Stream(w, "系统自动审核") })(w, r)
		}, llm.Format},
		"endless thought": {untilGone(func(w http.ResponseWriter) { llmtest.Stream(w, "<think>", strings.Repeat("想", 5000)) }), llm.Cut},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m := llmtest.Start(t, nil)
			m.Misbehave(c.serve)
			if _, _, err := answerWithin(t, until(t, c.want), newClient(t, m), "问题"); reason(err) != c.want {
				t.Errorf("%v, want %s", err, c.want)
			}
		})
	}
}

// TestEndlessAnswer is stopped once it is long enough, and good until there.
func TestEndlessAnswer(t *testing.T) {
	m := llmtest.Start(t, nil)
	gone := make(chan struct{})
	m.Misbehave(func(w http.ResponseWriter, r *http.Request) {
		defer close(gone)
		llmtest.Stream(w, "依据：review\n")
		for r.Context().Err() == nil {
			llmtest.Stream(w, "结果会在这里通知您。")
		}
	})
	text, _, err := answer(t, newClient(t, m), "问题")
	if n := len([]rune(text)); err != nil || n == 0 || n > 360 {
		t.Errorf("%d characters, %v", n, err)
	}
	<-gone // the server was told that it is enough
}

// TestLengthDropsWhatWasCut: out of tokens in the middle of a sentence.
func TestLengthDropsWhatWasCut(t *testing.T) {
	m := llmtest.Start(t, nil)
	m.Misbehave(func(w http.ResponseWriter, _ *http.Request) {
		llmtest.Stream(w, "依据：review\n提交后由系统自动审核。结果会在这里通")
		llmtest.Finish(w, "length")
	})
	if text, _, err := answer(t, newClient(t, m), "问题"); text != "提交后由系统自动审核。" || err != nil {
		t.Errorf("%q, %v", text, err)
	}
}

// TestFloodsAreLeftOut: a good answer between keep-alives is a good answer.
func TestFloodsAreLeftOut(t *testing.T) {
	m := llmtest.Start(t, nil)
	m.Misbehave(func(w http.ResponseWriter, _ *http.Request) {
		for _, p := range llmtest.Pieces(good, 1) {
			w.Header().Set("Content-Type", "text/event-stream")
			llmtest.Raw(w, strings.Repeat(": ping\n\n", 100))
			llmtest.Stream(w, p)
		}
		llmtest.Finish(w, "stop")
	})
	if text, _, err := answer(t, newClient(t, m), "问题"); err != nil || text != "提交后由系统自动审核，通常较快。" {
		t.Errorf("%q, %v", text, err)
	}
}

// clock is set by hand.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) add(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// TestRetryAfter leaves a server alone for as long as it asked for.
func TestRetryAfter(t *testing.T) {
	at := time.Date(2026, 11, 22, 4, 0, 0, 0, time.UTC)
	for value, wait := range map[string]time.Duration{
		"7": 7 * time.Second, "": 2 * time.Second, "0": 2 * time.Second, "-5": 2 * time.Second, "x": 2 * time.Second, "99999999999": 5 * time.Minute,
		at.Add(30 * time.Second).Format(http.TimeFormat): 30 * time.Second,
	} {
		t.Run(value, func(t *testing.T) {
			m := llmtest.Start(t, nil)
			time := &clock{now: at}
			c := newClient(t, m, func(c *llm.Config) { c.Now = time.Now })
			m.Misbehave(status(429, "application/json", `{"error":{"message":"slow down"}}`, "Retry-After", value))
			if _, _, err := answer(t, c, "问题"); reason(err) != llm.Failed {
				t.Fatal(err)
			}
			m.Say(says(good))
			time.add(wait - 1)
			if _, _, err := answer(t, c, "问题"); reason(err) != llm.Resting || len(m.Requests()) != 1 {
				t.Errorf("after %s: %v, %d requests", wait-1, err, len(m.Requests()))
			}
			time.add(1)
			if _, _, err := answer(t, c, "问题"); err != nil {
				t.Errorf("after %s: %v", wait, err)
			}
		})
	}
}

// TestFailingServerIsLeftAlone: a visitor does not wait for what has failed
// three times in a row.
func TestFailingServerIsLeftAlone(t *testing.T) {
	m := llmtest.Start(t, nil)
	time := &clock{now: time.Date(2026, 11, 22, 4, 0, 0, 0, time.UTC)}
	c := newClient(t, m, func(c *llm.Config) { c.Now = time.Now })
	m.Misbehave(status(500, "text/html", "oops"))
	for i, want := range []llm.Reason{llm.Failed, llm.Failed, llm.Failed, llm.Resting} {
		if _, _, err := answer(t, c, "问题"); reason(err) != want {
			t.Errorf("call %d: %v, want %s", i, err, want)
		}
	}
	time.add(20e9)
	if _, _, err := answer(t, c, "问题"); reason(err) != llm.Failed {
		t.Errorf("after the rest: %v", err)
	}
	if _, _, err := answer(t, c, "问题"); reason(err) != llm.Resting {
		t.Errorf("after one more failure: %v", err)
	}
	m.Say(says(good))
	time.add(20e9)
	if _, _, err := answer(t, c, "问题"); err != nil {
		t.Errorf("back again: %v", err)
	}
}

// TestUnreachable: nobody listens.
func TestUnreachable(t *testing.T) {
	c := newClient(t, &llmtest.Model{URL: "http://127.0.0.1:1/v1"})
	if _, _, err := answer(t, c, "问题"); reason(err) != llm.Failed {
		t.Error(err)
	}
}

// TestBusy: more calls than may be under way fail at once.
func TestBusy(t *testing.T) {
	m := llmtest.Start(t, nil)
	under := make(chan struct{})
	m.Misbehave(func(_ http.ResponseWriter, r *http.Request) {
		close(under)
		<-r.Context().Done()
	})
	c := newClient(t, m, func(c *llm.Config) { c.Concurrent = 1 })
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error)
	go func() {
		_, _, err := c.Answer(ctx, "问题", entries, func(string) {})
		done <- err
	}()
	<-under
	if _, _, err := answer(t, c, "问题"); reason(err) != llm.Busy {
		t.Errorf("the second call: %v", err)
	}
	cancel()
	if err := <-done; reason(err) != llm.Stopped {
		t.Errorf("the first call: %v", err)
	}
	m.Say(says(good))
	if _, _, err := answer(t, c, "问题"); err != nil {
		t.Errorf("the third call: %v", err)
	}
}
