package eligibility

import (
	"encoding/json"
	"mime"
	"net/http"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

const (
	maxAnswer    = 64 << 10 // bytes of an answer that are read
	maxReasons   = 16
	maxReason    = 300 // characters of one reason's text
	minAfter     = time.Second
	defaultAfter = 2 * time.Second
	maxAfter     = time.Hour
)

// What contract v1 sends. This is the one place where personal data leaves for
// the service, so each field is written out.
type wireRequest struct {
	SchemaVersion string      `json:"schema_version"`
	CheckID       string      `json:"check_id"`
	Product       string      `json:"product"`
	Consent       wireConsent `json:"consent"`
	Subject       wireSubject `json:"subject"`
	CallbackURL   string      `json:"callback_url,omitempty"`
}

type wireConsent struct {
	ID         string    `json:"id"`
	Version    string    `json:"version"`
	At         time.Time `json:"at"`
	TextSHA256 string    `json:"text_sha256"`
}

type wireSubject struct {
	Name     string `json:"name"`
	IDType   string `json:"id_type"`
	IDNumber string `json:"id_number"`
	Phone    string `json:"phone,omitempty"`
	Email    string `json:"email,omitempty"`
	WeChat   string `json:"wechat,omitempty"`
}

// encodeRequest gives the same bytes for the same request at every try: the
// service refuses a key that comes back with another payload.
func encodeRequest(r Request, callbackURL string) ([]byte, error) {
	return json.Marshal(wireRequest{
		SchemaVersion: SchemaVersion,
		CheckID:       r.CheckID,
		Product:       r.Product,
		Consent:       wireConsent{r.Consent.ID, r.Consent.Version, r.Consent.At.UTC(), r.Consent.TextSHA256},
		Subject: wireSubject{
			Name: r.Subject.Name.Reveal(), IDType: r.Subject.IDType, IDNumber: r.Subject.IDNumber.Reveal(),
			Phone: r.Subject.Phone.Reveal(), Email: r.Subject.Email.Reveal(), WeChat: r.Subject.WeChat.Reveal(),
		},
		CallbackURL: callbackURL,
	})
}

type wireAnswer struct {
	Status string `json:"status"` // pending, decided
	Result
}

// decodeAnswer reads a service's answer to the check of an id. Errors say what
// is wrong in words of their own: an answer may repeat what was sent.
func decodeAnswer(status int, h http.Header, body []byte, id string) (Answer, error) {
	if status != http.StatusOK && status != http.StatusAccepted {
		return Answer{}, refusal(status, h, body)
	}
	var w wireAnswer
	switch {
	case len(body) > maxAnswer:
		return Answer{}, badAnswer("the answer is too large")
	case !isType(h, "application/json"):
		return Answer{}, badAnswer("the answer is not application/json")
	case !utf8.Valid(body) || json.Unmarshal(body, &w) != nil:
		return Answer{}, badAnswer("the answer is not JSON of the contract")
	}
	switch {
	case w.Status == "pending" && (w.CheckID == "" || w.CheckID == id):
		return Answer{Pending: true, After: retryAfter(h)}, nil
	case w.CheckID != id:
		return Answer{}, badAnswer("the answer is about another check")
	case w.Status != "decided" || status != http.StatusOK:
		return Answer{}, badAnswer("the answer's status is not one of the contract")
	}
	return Answer{Result: careful(w.Result)}, nil
}

// refusal reads every status that is no answer to the check.
func refusal(status int, h http.Header, body []byte) error {
	again := func(reason string) error {
		return &TryAgainError{After: retryAfter(h), Reason: reason, Err: statusError(status)}
	}
	switch {
	case status == http.StatusTooManyRequests:
		return again(ReasonLimited)
	case status == http.StatusConflict:
		return again(ReasonRunning)
	case status >= 500, status == http.StatusRequestTimeout, status == http.StatusTooEarly:
		return again(ReasonUnavailable)
	case status < 300:
		return badAnswer("status " + strconv.Itoa(status) + " is not one of the contract")
	case status < 400:
		return &RefusedError{Status: status, Problem: "redirects are not followed"}
	default:
		return &RefusedError{Status: status, Problem: problem(status, h, body)}
	}
}

// statusError is an HTTP status as a cause.
type statusError int

func (s statusError) Error() string {
	return strings.TrimSpace(strconv.Itoa(int(s)) + " " + http.StatusText(int(s)))
}

// The problem types of contract v1, below [ProblemBase].
const (
	ProblemBase         = "urn:fenfu:check:"
	ProblemInvalid      = "invalid-request" // 400, 413, 415
	ProblemUnauthorized = "unauthorized"    // 401
	ProblemNotFound     = "not-found"       // 404
	ProblemStillRunning = "still-running"   // 409
	ProblemOtherPayload = "other-payload"   // 422: the key came with another payload before
	ProblemLimited      = "rate-limited"    // 429
	ProblemUnavailable  = "unavailable"     // 5xx
)

// problem names what an error answer says is wrong. Only the contract's own
// types are repeated: titles and details are free text, and could repeat what
// was sent.
func problem(status int, h http.Header, body []byte) string {
	var p struct {
		Type string `json:"type"`
	}
	if isType(h, "application/problem+json") && len(body) <= maxAnswer && json.Unmarshal(body, &p) == nil {
		switch t := strings.TrimPrefix(p.Type, ProblemBase); t {
		case ProblemInvalid, ProblemUnauthorized, ProblemNotFound, ProblemOtherPayload:
			return t
		}
	}
	return http.StatusText(status)
}

// careful takes in a decision: its texts are made fit to show, and what does
// not hold together becomes a review by a person.
func careful(r Result) Result {
	sane := len(r.Reasons) <= maxReasons && len(r.ModelVersion) <= 128
	for i := range r.Reasons {
		text := plain(r.Reasons[i].TextZH)
		r.Reasons[i].TextZH = text
		sane = sane && text != "" && utf8.RuneCountInString(text) <= maxReason
	}
	if !sane {
		u := Unavailable(r.CheckID)
		u.ValidUntil = r.ValidUntil
		return u
	}
	return Sanitize(r)
}

// plain drops what does not show or changes how the rest shows: controls, line
// breaks, zero-width and direction marks.
func plain(s string) string {
	return strings.TrimSpace(strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) {
			return -1
		}
		return r
	}, s))
}

func isType(h http.Header, want string) bool {
	got, _, err := mime.ParseMediaType(h.Get("Content-Type"))
	return err == nil && got == want
}

// retryAfter reads Retry-After, in seconds or as a date, within bounds.
func retryAfter(h http.Header) time.Duration {
	v := h.Get("Retry-After")
	if v == "" {
		return defaultAfter
	}
	if n, err := strconv.ParseUint(v, 10, 63); err == nil {
		return min(max(time.Duration(min(n, uint64(maxAfter/time.Second)))*time.Second, minAfter), maxAfter)
	}
	if at, err := http.ParseTime(v); err == nil {
		return min(max(time.Until(at), minAfter), maxAfter)
	}
	return defaultAfter
}
