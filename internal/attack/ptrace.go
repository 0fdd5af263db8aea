//go:build linux && (amd64 || arm64)

package main

import (
	"os/exec"
	"runtime"
	"unsafe"

	"golang.org/x/sys/unix"
)

// syscallInfo is the beginning of the kernel's struct ptrace_syscall_info.
type syscallInfo struct {
	op   uint8
	_    [7]uint8
	_    [2]uint64
	nr   uint64
	args [6]uint64
}

// writes reports whether a system call changes a file or a folder.
func (s syscallInfo) writes() bool {
	switch s.nr {
	case unix.SYS_WRITE, unix.SYS_PWRITE64:
		return s.args[0] > 2
	case unix.SYS_OPENAT:
		return s.args[2]&unix.O_CREAT != 0
	case unix.SYS_FSYNC, unix.SYS_RENAMEAT, unix.SYS_UNLINKAT, unix.SYS_MKDIRAT, unix.SYS_FTRUNCATE, unix.SYS_FCHMOD, unix.SYS_FLOCK:
		return true
	}
	return false
}

// killAt starts the command and kills it as its n-th file operation is about to
// begin; with n = 0 it is left to end. It returns how many operations began and the
// exit status, -1 if it was killed.
func killAt(cmd *exec.Cmd, n int) (begun, status int, err error) {
	runtime.LockOSThread() // only the thread that traces may ask
	defer runtime.UnlockOSThread()
	cmd.SysProcAttr.Ptrace = true
	if err := cmd.Start(); err != nil {
		return 0, 0, err
	}
	pid := cmd.Process.Pid
	var ws unix.WaitStatus
	if _, err := unix.Wait4(pid, &ws, unix.WALL, nil); err != nil {
		return 0, 0, err
	}
	if err := unix.PtraceSetOptions(pid, unix.PTRACE_O_TRACESYSGOOD|unix.PTRACE_O_TRACECLONE|unix.PTRACE_O_EXITKILL); err != nil {
		cmd.Process.Kill()
		unix.Wait4(pid, &ws, unix.WALL, nil)
		return 0, 0, err
	}
	for tid := pid; ; {
		signal := 0
		switch {
		case ws.Exited() || ws.Signaled():
			if tid == pid {
				return begun, ws.ExitStatus(), nil
			}
		case ws.Stopped() && ws.StopSignal() == unix.SIGTRAP|0x80:
			var info syscallInfo
			unix.Syscall6(unix.SYS_PTRACE, unix.PTRACE_GET_SYSCALL_INFO, uintptr(tid), unsafe.Sizeof(info), uintptr(unsafe.Pointer(&info)), 0, 0)
			if info.op == unix.PTRACE_SYSCALL_INFO_ENTRY && info.writes() {
				if begun++; begun == n {
					unix.Kill(pid, unix.SIGKILL)
				}
			}
		case ws.Stopped() && ws.StopSignal() != unix.SIGTRAP && ws.StopSignal() != unix.SIGSTOP:
			signal = int(ws.StopSignal())
		}
		if ws.Stopped() {
			unix.PtraceSyscall(tid, signal) // fails where the thread is gone, as it should
		}
		if tid, err = unix.Wait4(-pid, &ws, unix.WALL, nil); err != nil {
			return begun, 0, err
		}
	}
}
