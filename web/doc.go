// Package web is the server that visitors reach: the socket (see [fenfu/web/ws]),
// the few HTTP calls around it, the widget's files, health and metrics. What
// it answers is described in openapi.yaml and asyncapi.yaml beside this file,
// and tests hold code and contract together.
package web
