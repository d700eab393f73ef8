package ws

import "github.com/gorilla/websocket"

// CloseCode is why a connection was closed. After 4000–4499 a client connects
// again, after 4500–4999 it must not do so with the same token or frames.
type CloseCode int

// The close codes. A peer that breaks the WebSocket protocol itself (RFC 6455)
// gets 1002.
const (
	CloseNormal       CloseCode = websocket.CloseNormalClosure // the client's own goodbye
	CloseGoingAway    CloseCode = websocket.CloseGoingAway     // the client's page has gone
	CloseProtocol     CloseCode = websocket.CloseProtocolError
	CloseDrain        CloseCode = 4000 // the server is going; another one is there, or soon will be
	CloseSilent       CloseCode = 4001 // no hello, or no sign of life, for too long
	CloseSlow         CloseCode = 4008 // the client does not read what it is sent
	CloseUnavailable  CloseCode = 4010 // something behind the server failed
	CloseRewound      CloseCode = 4011 // events that the client has are no longer in the log: read it from its beginning
	CloseTooFast      CloseCode = 4029 // too many frames, or too many connections for one session
	CloseBadFrame     CloseCode = 4501 // a frame that is no JSON object, too large, binary, or before hello
	CloseBadToken     CloseCode = 4503 // no token, a wrong one, or one that has expired
	CloseSessionEnded CloseCode = 4504 // the conversation is closed: begin a new one
)

// CloseCodes is every code of this protocol, with its name in metrics and the
// reason in the close frame.
var CloseCodes = map[CloseCode]string{
	CloseNormal:       "normal",
	CloseGoingAway:    "going_away",
	CloseProtocol:     "protocol_error",
	CloseDrain:        "drain",
	CloseSilent:       "silent",
	CloseSlow:         "slow_consumer",
	CloseUnavailable:  "unavailable",
	CloseRewound:      "rewound",
	CloseTooFast:      "too_fast",
	CloseBadFrame:     "bad_frame",
	CloseBadToken:     "bad_token",
	CloseSessionEnded: "session_closed",
}

// Reconnect reports whether a client is to connect again.
func (c CloseCode) Reconnect() bool { return c < 4500 && c != CloseNormal }

func (c CloseCode) String() string { return CloseCodes[c] }
