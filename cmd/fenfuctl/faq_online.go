package main

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"fenfu/intents/faq/audit"
)

// linkWait is how long one link may take to answer.
const linkWait = 10 * time.Second

// unreachable asks for every link and returns those that do not answer, or not
// with what was asked for.
func unreachable(links []audit.Link) []audit.Problem {
	client := &http.Client{Timeout: linkWait}
	var out []audit.Problem
	for _, l := range links {
		if err := reach(client, l.URL); err != nil {
			out = append(out, audit.Problem{At: l.At, Entry: l.Entry, Text: fmt.Sprintf("%s cannot be reached: %v", l.URL, err)})
		}
	}
	return out
}

func reach(client *http.Client, url string) error {
	req, err := http.NewRequestWithContext(context.Background(), http.MethodGet, url, nil)
	if err != nil {
		return err
	}
	resp, err := client.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if resp.StatusCode >= http.StatusBadRequest {
		return fmt.Errorf("status %s", resp.Status)
	}
	return nil
}
