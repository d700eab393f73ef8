package llm

import (
	"context"
	"strings"

	"fenfu/intents"
)

// proposals are what a model may say of a text that nothing else understood.
// Each can only become a button that the visitor may press or leave: nothing
// here consents, confirms, submits, fills in or deletes.
var proposals = [...]struct {
	name    intents.Proposal
	meaning string
}{
	{intents.ProposeApply, "想现在申请开通"},
	{intents.ProposeConditions, "想知道开通的条件或办法"},
	{intents.ProposeStatus, "想知道申请的进度或结果"},
	{intents.ProposeHuman, "想找人工客服，或者要投诉"},
}

// Propose says what the text may mean, "" if the model has no idea. The text
// must hold no personal details.
func (c *Client) Propose(ctx context.Context, text string) (intents.Proposal, error) {
	var said strings.Builder
	_, err := c.ask(ctx, proposePrompt(text), proposeTokens, func(delta string) error {
		if said.WriteString(delta); said.Len() > 64 {
			return errEnough
		}
		return nil
	})
	if err != nil {
		return "", err
	}
	word := strings.ToLower(strings.Trim(said.String(), " \t\r\n.。`\"'“”[]"))
	for _, p := range proposals {
		if word == string(p.name) {
			return p.name, nil
		}
	}
	if word != "none" {
		return "", &Error{Reason: Format}
	}
	return "", nil
}
