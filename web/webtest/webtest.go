// Package webtest holds what the tests of servers and commands have in common.
package webtest

import (
	"bytes"
	"sync"
)

// Log is a log that a server writes while a test reads it. The zero Log is
// empty.
type Log struct {
	mu sync.Mutex
	b  bytes.Buffer
}

// Write implements io.Writer.
func (l *Log) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

// String returns what was written so far.
func (l *Log) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}
