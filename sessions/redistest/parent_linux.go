package redistest

import (
	"os/exec"
	"syscall"
)

// dieWithParent ends the server when a test binary ends without cleaning up.
func dieWithParent(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
}
