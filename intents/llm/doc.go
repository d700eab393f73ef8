// Package llm lets a language model help with questions that nothing else
// answers, on a short leash. [Client.Answer] answers from the entries it is
// given and from nothing else, [Client.Propose] says which of a few harmless
// commands a text may mean. [Client.Suggest] and [Client.Summarize] help the
// person who has taken over a conversation. A model has no tools, no history and no say in what
// happens next.
//
// # What a model is shown
//
// Only what the caller passes: it must have taken personal details out.
//
// # What a visitor is shown
//
// A model's text is believed in nothing. It is taken in by whole sentences, and
// each one, with all before it, has to pass before it is passed on:
//
//   - it names the entries it rests on first, and they were among those given;
//   - it is plain text: no mark-up, no address, no word or figure in Latin
//     script or digits that the named entries do not have;
//   - most of what it says stands in the named entries, in the same words;
//   - it leaves out no negation of theirs, and has none that they do not have;
//   - the claim guard (package guard) has nothing against it.
//
// The last three stop different things: a claim that no list of claims foresaw,
// a sentence put together from an entry's own words to say the opposite, and one
// that makes a promise of them.
// What does not pass ends the answer with an *Error; the caller then says
// something of its own, in place of what was shown so far.
//
// A suggestion is held to the same. A summary, which only agents see, names no
// entries: it is held against the conversation, has to speak of people and not
// to them, and is shown whole or not at all.
//
// # A service that misbehaves
//
// Any server that speaks OpenAI's chat completions over server-sent events will
// do. Whatever it does, a call ends with its context: the caller's deadline is
// the only clock. Each call is one try. A service that refuses for now (429,
// 503) or fails three times in a row is left alone for a while; calls then fail
// at once, as they do when too many are under way or the day's budget is spent.
package llm
