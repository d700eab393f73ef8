// Package yamldoc reads the YAML files that an operator may replace, and turns
// whatever is wrong with their content into errors of the form
// file:line:column: message.
package yamldoc

import (
	"errors"
	"fmt"
	"io/fs"

	"github.com/expr-lang/expr/file"
	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
)

// Doc is a YAML file on its way in.
type Doc struct {
	name string
	src  []byte
	file *ast.File
	errs []error
}

// Open reads and parses a file.
func Open(fsys fs.FS, name string) (*Doc, error) {
	src, err := fs.ReadFile(fsys, name)
	if err != nil {
		return nil, err
	}
	d := &Doc{name: name, src: src}
	if d.file, err = parser.ParseBytes(src, 0); err != nil {
		return nil, d.yamlError(err)
	}
	return d, nil
}

// Decode reads the file into v; unknown and repeated keys are errors.
func (d *Doc) Decode(v any) error {
	for _, doc := range d.file.Docs { // not from the source: parsing takes longer than all else
		if doc.Body == nil {
			continue
		}
		if err := yaml.NodeToValue(doc.Body, v, yaml.Strict()); err != nil {
			return d.yamlError(err)
		}
	}
	return nil
}

func (d *Doc) yamlError(err error) error {
	var e yaml.Error
	if !errors.As(err, &e) || e.GetToken() == nil {
		return fmt.Errorf("%s: %w", d.name, err)
	}
	p := e.GetToken().Position
	return fmt.Errorf("%s:%d:%d: %s", d.name, p.Line, p.Column, e.GetMessage())
}

// Fail notes that the value at path is wrong.
func (d *Doc) Fail(path, message string) {
	line, column := d.position(path)
	d.errs = append(d.errs, fmt.Errorf("%s:%d:%d: %s", d.name, line, column, message))
}

// FailIn notes an error inside the expression at path.
func (d *Doc) FailIn(path string, err error) {
	var e *file.Error
	if !errors.As(err, &e) {
		d.Fail(path, err.Error())
		return
	}
	d.Fail(path, fmt.Sprintf("%s, at character %d of the expression", e.Message, e.Column+1))
}

// Require notes that a value is missing, and reports whether it is there.
func (d *Doc) Require(path, value string) bool {
	if value == "" {
		d.Fail(path, path[2:]+" is missing")
	}
	return value != ""
}

// Err returns everything that was noted, nil if nothing was.
func (d *Doc) Err() error { return errors.Join(d.errs...) }

// position finds the value at path, or the nearest thing around it.
func (d *Doc) position(path string) (line, column int) {
	for path != "$" {
		if p, err := yaml.PathString(path); err == nil {
			if n, err := p.FilterFile(d.file); err == nil {
				return start(n)
			}
		}
		path = parent(path)
	}
	return 1, 1
}

// start returns where n begins; a mapping's own token is its first colon.
func start(n ast.Node) (line, column int) {
	switch m := n.(type) {
	case *ast.MappingNode:
		if len(m.Values) > 0 && !m.IsFlowStyle {
			n = m.Values[0].Key
		}
	case *ast.MappingValueNode:
		n = m.Key
	}
	pos := n.GetToken().Position
	return pos.Line, pos.Column
}

func parent(path string) string {
	for i := len(path) - 1; i > 0; i-- {
		if path[i] == '.' || path[i] == '[' {
			return path[:i]
		}
	}
	return "$"
}
