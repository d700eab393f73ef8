package eligibility

// For the fuzzer, which has no patience for sockets.
var DecodeAnswer = decodeAnswer
