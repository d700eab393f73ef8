package eligibility

import (
	"encoding/json"
	"errors"
	"time"

	"fenfu/bot/webhook"
)

// CheckDecided is the type of the one callback there is.
const CheckDecided = "check.decided"

// Why a verified callback is not understood. Of ErrCallbackType a receiver may
// say that it is fine: it is one of a later contract.
var (
	ErrCallbackType = errors.New("callback: not a type of the contract")
	ErrCallbackBody = errors.New("callback: not of the contract")
)

// Callback says that a check has been decided, and nothing else: no personal
// data, no decision. Whoever gets one polls. So a callback that is late, comes
// twice or out of order does no harm.
type Callback struct {
	CheckID string
	At      time.Time // when it was decided
}

type wireCallback struct {
	Type      string           `json:"type"`
	Timestamp time.Time        `json:"timestamp"`
	Data      wireCallbackData `json:"data"`
}

type wireCallbackData struct {
	CheckID string `json:"check_id"`
}

// Encode returns the callback's body.
func (c Callback) Encode() ([]byte, error) {
	return json.Marshal(wireCallback{CheckDecided, c.At.UTC(), wireCallbackData{c.CheckID}})
}

// ParseCallback reads the body of a verified callback.
func ParseCallback(body []byte) (Callback, error) {
	var head struct {
		Type string `json:"type"`
	}
	if len(body) > webhook.MaxBody || json.Unmarshal(body, &head) != nil || head.Type == "" {
		return Callback{}, ErrCallbackBody
	}
	if head.Type != CheckDecided {
		return Callback{}, ErrCallbackType
	}
	var w wireCallback
	if json.Unmarshal(body, &w) != nil || !checkID.MatchString(w.Data.CheckID) {
		return Callback{}, ErrCallbackBody
	}
	return Callback{CheckID: w.Data.CheckID, At: w.Timestamp}, nil
}
