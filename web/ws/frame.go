package ws

import (
	"fenfu/bot"
	"fenfu/bot/pii"
)

// Subprotocol is what a client must ask for in Sec-WebSocket-Protocol.
const Subprotocol = "fenfu.v1"

// Bounds of what a visitor may send.
const (
	MaxFrame    = 16 << 10 // bytes of one message
	MaxIDLen    = 64       // bytes of a message id
	MaxTextLen  = 2000     // runes of a text, outer white space not counted
	MaxValueLen = 64       // bytes of a choice's value
)

// Type is what a frame is about.
type Type string

// The types of frames that a client sends.
const (
	Hello  Type = "hello"
	Send   Type = "send"
	Choose Type = "choose"
	Typing Type = "typing"
	Read   Type = "read"
	Ping   Type = "ping"
)

// The types of frames that the server sends.
const (
	Welcome Type = "welcome"
	Ack     Type = "ack"
	Event   Type = "event"
	Delta   Type = "delta"
	Queue   Type = "queue"
	Pong    Type = "pong"
	Error   Type = "error"
	Bye     Type = "bye"
)

// ClientTypes and ServerTypes are all there are.
var (
	ClientTypes = []Type{Hello, Send, Choose, Typing, Read, Ping}
	ServerTypes = []Type{Welcome, Ack, Event, Delta, Queue, Typing, Pong, Error, Bye}
)

// ClientFrame is any frame from a client; Type says which fields count.
type ClientFrame struct {
	Type  Type     `json:"type"`
	Token string   `json:"token"` // hello
	After int64    `json:"after"` // hello: the last event the client has
	ID    string   `json:"id"`    // send, choose: the client's name for the message
	Text  pii.Text `json:"text"`  // send
	Value string   `json:"value"` // choose
	On    bool     `json:"on"`    // typing
	Seq   int64    `json:"seq"`   // read: the last event the visitor has seen
}

// ServerFrame is any frame from the server; Type says which fields count. An
// event frame is written from a [bot.Event], see [AppendEvent].
type ServerFrame struct {
	Type Type `json:"type"`

	Session string    `json:"session"` // welcome
	Owner   bot.Owner `json:"owner"`   // welcome
	Read    int64     `json:"read"`    // welcome: the last event seen on any device
	Seq     int64     `json:"seq"`     // welcome: of the last event; ack, event: of the event

	ID string `json:"id"` // ack, error, event: the id of the message it is about

	Position int64 `json:"position"` // queue: from 1
	WaitS    int64 `json:"wait_s"`   // queue: until it may be their turn, 0: not known
	On       bool  `json:"on"`       // typing

	ReplyTo string `json:"reply_to"` // delta: the id of the message that is being answered

	From    bot.Author   `json:"from"` // event, and all below to At; delta: Text; typing: From
	Kind    bot.Kind     `json:"kind"`
	Origin  bot.Origin   `json:"origin"`
	Text    pii.Text     `json:"text"`
	Choices []bot.Choice `json:"choices"`
	Data    *bot.Data    `json:"data"`
	At      string       `json:"at"`

	Code             string `json:"code"`               // error: a bot.Code; event: of a notice
	Message          string `json:"message"`            // error: in Chinese, for the visitor
	RetryAfterMS     int64  `json:"retry_after_ms"`     // error
	ReconnectAfterMS int64  `json:"reconnect_after_ms"` // bye
}
