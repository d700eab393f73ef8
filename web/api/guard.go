package api

import "fenfu/bot"

// guard refuses what nobody may tell a visitor: promises, figures that decide
// nothing, claims to be somebody else, requests for secrets. Agents are held to
// what the bot is held to.
func (a *API) guard(text string) error {
	if words := a.Forbidden(text); words != "" {
		return &bot.Error{Code: bot.Invalid, Message: "这条消息不能发送，请修改这部分内容：“" + words + "”。"}
	}
	return nil
}
