package main

import (
	"context"
	"net/http"
	"sync"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
	"github.com/getkin/kin-openapi/routers/legacy"

	"fenfu/web/api"
)

const deskContract = "../../web/api/openapi.yaml"

var deskOpenAPI = sync.OnceValues(func() (routers.Router, error) {
	doc, err := openapi3.NewLoader().LoadFromFile(deskContract)
	if err != nil {
		return nil, err
	}
	if err := doc.Validate(context.Background()); err != nil {
		return nil, err
	}
	return legacy.NewRouter(doc)
})

// checkContract holds an answer against the contract.
func checkContract(t testing.TB, req *http.Request, r reply) {
	t.Helper()
	router, err := deskOpenAPI()
	if err != nil {
		t.Fatal(err)
	}
	route, params, err := router.FindRoute(req)
	if err != nil {
		t.Errorf("%s %s: %v", req.Method, req.URL.Path, err)
		return
	}
	input := &openapi3filter.ResponseValidationInput{
		RequestValidationInput: &openapi3filter.RequestValidationInput{Request: req, PathParams: params, Route: route},
		Status:                 r.status, Header: r.header,
		Options: &openapi3filter.Options{IncludeResponseStatus: true},
	}
	input.SetBodyBytes([]byte(r.body))
	if err := openapi3filter.ValidateResponse(t.Context(), input); err != nil {
		t.Errorf("%s %s: %v", req.Method, req.URL.Path, err)
	}
}

// The contract and the code have the same paths and methods.
func TestDeskContractPaths(t *testing.T) {
	t.Parallel()
	doc, err := openapi3.NewLoader().LoadFromFile(deskContract)
	if err != nil {
		t.Fatal(err)
	}
	inContract := map[string]bool{}
	for path, item := range doc.Paths.Map() {
		for method := range item.Operations() {
			inContract[method+" "+path] = true
		}
	}
	for _, r := range new(api.API).Routes() {
		if !inContract[r.Method+" "+r.Path] {
			t.Errorf("%s %s is not in the contract", r.Method, r.Path)
		}
		delete(inContract, r.Method+" "+r.Path)
	}
	for left := range inContract {
		t.Errorf("%s is in the contract only", left)
	}
}
