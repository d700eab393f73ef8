package sessions_test

func runCrashChild() {}
