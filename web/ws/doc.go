// Package ws speaks the visitor's socket protocol, fenfu.v1: JSON text frames
// over a WebSocket, described in web/asyncapi.yaml.
//
// [Hub] serves it. A connection costs one goroutine, the one that reads. What
// it reads goes to a bounded inbox; a second goroutine is started when there is
// something to do (a frame in the inbox, an event to send, a ping that is due)
// and ends when there is not. It alone decides, writes and closes, one thing at
// a time, so acknowledgements come before the events they stand for, and the
// frames of one turn leave in one write.
//
// [Dial] is the other end, for tests, the load generator and the terminal.
package ws
