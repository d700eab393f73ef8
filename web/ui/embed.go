// Package ui holds the built front end: the widget's loader and frame, the
// agents' console, and the demo page.
//
// The sources are TypeScript beside this file; dist is built from them by
// "npm run build" and committed, so that building the server needs no Node.
package ui

import (
	"embed"
	"io/fs"
)

//go:embed all:dist
var dist embed.FS

// FS returns the files as they are served, from the root of the site:
// index.html, demo/, widget.js, widget/, console/.
func FS() fs.FS {
	sub, err := fs.Sub(dist, "dist")
	if err != nil {
		panic(err) // the name is a constant, and valid
	}
	return sub
}
