.PHONY: run test bench dialogues

run: ## start the server with its demo
	go run ./cmd/fenfu

test: ## install what the tests need and run them all
	.ci/test

bench: ## the figures of README.md, against a real Redis
	go run ./cmd/loadgen all

dialogues: ## rewrite the golden dialogues with what the bot says now
	go test ./bot -run TestDialogues -update
