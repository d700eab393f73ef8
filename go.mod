module fenfu

go 1.26.0
