package main

type validateCmd struct{}

func (c *validateCmd) Run(s streams) error { return nil }
