package bot

import (
	"context"
	"fmt"
	"slices"
	"time"

	"fenfu/bot/eligibility"
	"fenfu/bot/pii"
)

// Index knows which people have applied of late, on any node, by fingerprints
// that tell nobody who they are. [fenfu/sessions.Index] is one.
type Index interface {
	// Fingerprint returns the fingerprint of an ID number. It does no I/O.
	Fingerprint(idNumber pii.Text) string

	// Claim reports whether the application is the one that stands for the
	// person: because it was the first, and then does so for the window, or
	// because it was before. So it may be called again at any time.
	Claim(ctx context.Context, fingerprint, application string, window time.Duration) (bool, error)

	// Release takes a claim of the application back, if it has one.
	Release(ctx context.Context, fingerprint, application string) error
}

// Claim is what a session has in the Index, or is about to.
type Claim struct {
	Application string
	Fingerprint string
	At          time.Time // of the submission
	Drop        time.Time // when it is to be taken back, zero: not at all
}

// leaves reports whether the claim is due to be taken back.
func (c *Claim) leaves(now time.Time) bool { return !c.Drop.IsZero() && !c.Drop.After(now) }

// claim makes an application the one that is to stand for a person, in place
// of whomever it was about before.
func (t *turn) claim(application string, idNumber pii.Text) {
	if t.bot.Index == nil {
		return
	}
	fingerprint := t.bot.Index.Fingerprint(idNumber)
	known := false
	var claims []Claim
	for _, c := range t.s.Claims {
		if c.Drop.IsZero() && t.m.At.Sub(c.At) > t.bot.DuplicateWindow+maxWait {
			continue // the index has forgotten it
		}
		if c.Drop.IsZero() && c.Application == application {
			if c.Fingerprint == fingerprint {
				known = true
			} else {
				c.Drop = t.m.At
			}
		}
		claims = append(claims, c)
	}
	if !known {
		claims = append(claims, Claim{Application: application, Fingerprint: fingerprint, At: t.m.At})
	}
	t.s.Claims = claims
}

// drop takes claims back: those of one application, or all if none is named.
func (t *turn) drop(application string) {
	t.s.Claims = slices.Clone(t.s.Claims)
	for i := range t.s.Claims {
		if c := &t.s.Claims[i]; c.Drop.IsZero() && (application == "" || c.Application == application) {
			c.Drop = t.m.At
		}
	}
}

// disclaim forgets the claim of an application that turned out not to have one.
func (t *turn) disclaim(application string) {
	t.s.Claims = slices.DeleteFunc(slices.Clone(t.s.Claims), func(c Claim) bool { return c.Application == application })
}

// stands reports whether the session's application has been decided, and still
// stands for its applicant.
func (t *turn) stands() bool {
	a := t.s.Application
	return t.bot.Index != nil && a != nil && a.Status == Decided && t.m.At.Sub(a.DecidedAt) < t.bot.DuplicateWindow && t.s.claimOf(a.ID) != nil
}

// standsFor reports whether it stands for the holder of the ID number.
func (t *turn) standsFor(idNumber pii.Text) bool {
	return t.stands() && t.s.claimOf(t.s.Application.ID).Fingerprint == t.bot.Index.Fingerprint(idNumber)
}

// claimOf returns the claim of an application, nil if it has none.
func (s *Session) claimOf(application string) *Claim {
	for i := range s.Claims {
		if c := &s.Claims[i]; c.Application == application && c.Drop.IsZero() {
			return c
		}
	}
	return nil
}

// first reports whether the application is the first of its person, and makes
// that known everywhere.
func (b *Bot) first(ctx context.Context, s Session) (bool, error) {
	c := s.claimOf(s.Application.ID)
	if b.Index == nil || c == nil {
		return true, nil
	}
	first, err := b.Index.Claim(ctx, c.Fingerprint, c.Application, b.DuplicateWindow)
	if err != nil {
		return false, fmt.Errorf("claim for application %s: %w", c.Application, err)
	}
	return first, nil
}

// unclaim takes back at once what first has claimed for an application that was
// given up meanwhile: its session may have let go of the claim before it was
// made.
func (b *Bot) unclaim(ctx context.Context, was Session) error {
	c := was.claimOf(was.Application.ID)
	if b.Index == nil || c == nil {
		return nil
	}
	s, err := b.Memory.Load(ctx, was.ID)
	if err != nil {
		return fmt.Errorf("load session: %w", err)
	}
	if is := s.claimOf(c.Application); is != nil && is.Fingerprint == c.Fingerprint {
		return nil
	}
	return b.Index.Release(ctx, c.Fingerprint, c.Application)
}

// release takes a claim out of the index.
func (b *Bot) release(ctx context.Context, s Session, c Claim) error {
	if b.Index != nil {
		if err := b.Index.Release(ctx, c.Fingerprint, c.Application); err != nil {
			return fmt.Errorf("release the claim of application %s: %w", c.Application, err)
		}
	}
	_, err := b.Handle(ctx, Message{
		Session: s.ID, ID: fmt.Sprintf("release:%d", s.Version), From: System, Kind: Released, Claim: &c,
	})
	return err
}

// released forgets a claim that was taken out of the index.
func (t *turn) released() {
	claims := slices.DeleteFunc(slices.Clone(t.s.Claims), func(c Claim) bool {
		return !c.Drop.IsZero() && c.Application == t.m.Claim.Application && c.Fingerprint == t.m.Claim.Fingerprint
	})
	t.nothing = len(claims) == len(t.s.Claims)
	t.s.Claims = claims
}

// repeatModel stands for the index in a result that no check has given.
const repeatModel = "index"

// repeated is the decision on a second application. It says nothing of the
// first: whoever asks may be a stranger.
func repeated(checkID string) eligibility.Result {
	return eligibility.Result{CheckID: checkID, Decision: eligibility.NotEligible, ModelVersion: repeatModel, Reasons: []eligibility.Reason{
		{Code: eligibility.DuplicateApplication, TextZH: "近期已收到过使用这个身份证号的申请。"},
	}}
}

const (
	repeatedTitle = "这次申请没有重复核对"
	repeatedNext  = "为保护个人信息，这里不能提供那份申请的任何情况。如果是您本人申请的，请在当时的对话中查看；有疑问，或者担心有人冒用您的信息，可以申请人工复核。"
)
