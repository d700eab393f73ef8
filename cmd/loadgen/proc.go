package main

import (
	"bytes"
	"fmt"
	"os"
	"strconv"
	"syscall"
	"time"
)

// CPU is how many cores each side kept busy, on average. A generator that uses
// as much as there is measures itself.
type CPU struct {
	Generator float64 `json:"generator_cores"`
	Server    float64 `json:"server_cores,omitempty"`
	Redis     float64 `json:"redis_cores,omitempty"`
}

func (c CPU) since(before CPU, seconds float64) CPU {
	return CPU{
		Generator: (c.Generator - before.Generator) / seconds,
		Server:    (c.Server - before.Server) / seconds,
		Redis:     (c.Redis - before.Redis) / seconds,
	}
}

// perTurn is the time that all sides together spend on one of the things that
// happen at this rate, in µs.
func (c CPU) perTurn(rate float64) float64 {
	if rate == 0 {
		return 0
	}
	return (c.Generator + c.Server + c.Redis) / rate * 1e6
}

// usage is the CPU time used so far, in seconds. What cannot be read is 0.
func (m *meter) usage(t *target) CPU {
	var own syscall.Rusage
	var c CPU
	if syscall.Getrusage(syscall.RUSAGE_SELF, &own) == nil {
		c.Generator = time.Duration(own.Utime.Nano() + own.Stime.Nano()).Seconds()
	}
	c.Server = cpuSeconds(t.pid)
	c.Redis = m.opt.redisCPU()
	return c
}

// cpuSeconds reads user and system time of a process.
func cpuSeconds(pid int) float64 {
	if pid == 0 {
		return 0
	}
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return 0
	}
	_, rest, ok := bytes.Cut(stat, []byte(") ")) // a name may hold anything before that
	fields := bytes.Fields(rest)
	if !ok || len(fields) < 13 {
		return 0
	}
	user, _ := strconv.Atoi(string(fields[11]))
	system, _ := strconv.Atoi(string(fields[12]))
	const ticksPerSecond = 100 // of the kernel's interface, on every platform Go runs on
	return float64(user+system) / ticksPerSecond
}

// residentKiB reads how much memory a process holds.
func residentKiB(pid int) (int, error) {
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return 0, err
	}
	_, rest, ok := bytes.Cut(status, []byte("VmRSS:"))
	fields := bytes.Fields(rest)
	if !ok || len(fields) == 0 {
		return 0, fmt.Errorf("no VmRSS of process %d", pid)
	}
	return strconv.Atoi(string(fields[0]))
}
