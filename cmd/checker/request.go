package main

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"
	"net/url"
	"regexp"
	"time"
	"unicode/utf8"

	"fenfu/bot/eligibility"
	"fenfu/bot/pii"
)

const maxBody = 64 << 10

// request is the body of POST /v1/checks. Its personal data is in pii.Text from
// the first moment.
type request struct {
	SchemaVersion string  `json:"schema_version"`
	CheckID       string  `json:"check_id"`
	Product       string  `json:"product"`
	Consent       consent `json:"consent"`
	Subject       subject `json:"subject"`
	CallbackURL   string  `json:"callback_url"`
}

type consent struct {
	ID         string    `json:"id"`
	Version    string    `json:"version"`
	At         time.Time `json:"at"`
	TextSHA256 string    `json:"text_sha256"`
}

type subject struct {
	Name     pii.Text `json:"name"`
	IDType   string   `json:"id_type"`
	IDNumber pii.Text `json:"id_number"`
	Phone    pii.Text `json:"phone"`
	Email    pii.Text `json:"email"`
	WeChat   pii.Text `json:"wechat"`
}

var (
	idForm     = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$`)
	keyForm    = regexp.MustCompile(`^[!-~]{1,255}$`)
	nameForm   = regexp.MustCompile(`^[a-z0-9][a-z0-9_.-]{0,63}$`)
	numberForm = regexp.MustCompile(`^([0-9]{17}[0-9X]|[A-Z]{3}[0-9]{12})$`)
	idTypeForm = regexp.MustCompile(`^(resident|hk_mo_tw|foreign|foreign2017)$`)
	sha256Form = regexp.MustCompile(`^[0-9a-f]{64}$`)
	phoneForm  = regexp.MustCompile(`^\+[1-9][0-9]{6,14}$`)
	emailForm  = regexp.MustCompile(`^[!-?A-~]+@[!-?A-~]+$`)
	wechatForm = regexp.MustCompile(`^[A-Za-z0-9_-]{5,20}$`)
)

// readRequest reads and checks a POST's body, and returns its fingerprint.
func (s *server) readRequest(r *http.Request) (*request, [32]byte, *problem) {
	no := func(status int, title string, errs ...fieldError) (*request, [32]byte, *problem) {
		p := invalid(status, title, errs...)
		return nil, [32]byte{}, &p
	}
	if t, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || t != "application/json" {
		return no(http.StatusUnsupportedMediaType, "the body must be application/json")
	}
	body := http.MaxBytesReader(nil, r.Body, maxBody)
	hash := hmac.New(sha256.New, s.key) // keyed, so that what is kept gives no ID number away
	d := json.NewDecoder(io.TeeReader(body, hash))
	d.DisallowUnknownFields()
	var req request
	err := d.Decode(&req)
	if err == nil {
		if _, err = d.Token(); err == nil {
			err = errors.New("more than one value")
		} else if errors.Is(err, io.EOF) {
			err = nil
		}
	}
	var large *http.MaxBytesError
	switch {
	case errors.As(err, &large):
		return no(http.StatusRequestEntityTooLarge, "the body is too large")
	case err != nil:
		return no(http.StatusBadRequest, "the body is not JSON of the contract")
	}
	if errs := req.check(); len(errs) > 0 {
		return no(http.StatusBadRequest, "fields are missing or malformed", errs...)
	}
	return &req, [32]byte(hash.Sum(nil)), nil
}

// check returns what is wrong with the fields, without their values.
func (r *request) check() []fieldError {
	var errs []fieldError
	must := func(ok bool, pointer string) {
		if !ok {
			errs = append(errs, fieldError{pointer, "missing or malformed"})
		}
	}
	optional := func(form *regexp.Regexp, v pii.Text) bool { return v.IsZero() || form.MatchString(v.Reveal()) }
	must(r.SchemaVersion == eligibility.SchemaVersion, "/schema_version")
	must(idForm.MatchString(r.CheckID), "/check_id")
	must(nameForm.MatchString(r.Product), "/product")
	must(nameForm.MatchString(r.Consent.ID), "/consent/id")
	must(r.Consent.Version != "" && len(r.Consent.Version) <= 64, "/consent/version")
	must(!r.Consent.At.IsZero(), "/consent/at")
	must(sha256Form.MatchString(r.Consent.TextSHA256), "/consent/text_sha256")
	n := utf8.RuneCountInString(r.Subject.Name.Reveal())
	must(n >= 1 && n <= 64, "/subject/name")
	must(idTypeForm.MatchString(r.Subject.IDType), "/subject/id_type")
	must(numberForm.MatchString(r.Subject.IDNumber.Reveal()), "/subject/id_number")
	must(optional(phoneForm, r.Subject.Phone), "/subject/phone")
	must(optional(emailForm, r.Subject.Email), "/subject/email")
	must(optional(wechatForm, r.Subject.WeChat), "/subject/wechat")
	if r.CallbackURL != "" {
		u, err := url.Parse(r.CallbackURL)
		must(err == nil && len(r.CallbackURL) <= 2048 && (u.Scheme == "https" || u.Scheme == "http") &&
			u.Host != "" && u.User == nil && u.Fragment == "", "/callback_url")
	}
	return errs
}

// decide has the rules decide. Nothing of the subject is left afterwards.
func (s *server) decide(r *http.Request, req *request) (eligibility.Result, error) {
	return s.rules.Check(r.Context(), eligibility.Request{
		CheckID: req.CheckID,
		Product: req.Product,
		Consent: eligibility.Consent(req.Consent),
		Subject: eligibility.Subject(req.Subject),
	})
}
