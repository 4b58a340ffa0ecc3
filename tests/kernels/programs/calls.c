// SPDX-License-Identifier: Apache-2.0
/*
 * A container's life, run inside of kernels that tests boot: `calls MODE NOTES CGROUP.PROCS` enters the cgroup, changes its
 * root as a runtime does, and executes itself as `calls MODE NOTES`; children execute `calls leaf NOTES`.
 */
#include <asm/errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/prctl.h>
#include <linux/seccomp.h>
#include "children.h"
#include "notes.h"

static const char *self, *notes_file;
static volatile int is_done, has_run;

static void execute(const char *mode)
{
	const char *arguments[] = { self, mode, notes_file, 0 };
	const char *environment[] = { 0 };

	need(CALL3(__NR_execve, self, arguments, environment));
}

/* Calls as fast as it can while the first thread goes through the table. */
static void hammer(void)
{
	while (!is_done)
		CALL(__NR_getppid);
	for (;;)
		CALL(__NR_exit);
}

/* Calls that end, stop or signal their caller whatever the arguments are, or that do something harmful with all bits set. */
static const short SPECIAL[] = {
	__NR_rt_sigreturn, __NR_pause, __NR_alarm, __NR_fork, __NR_vfork, __NR_exit, __NR_exit_group, __NR_kill,
	__NR_tkill, __NR_tgkill, __NR_setsid, __NR_vhangup, __NR_sync, __NR_reboot, __NR_munlockall,
	__NR_set_tid_address, __NR_rseq, 335 /* uretprobe: SIGILL */, 336 /* uprobe: SIGILL */,
};
#define SPECIALS (sizeof(SPECIAL) / sizeof(SPECIAL[0]))

static int is_special(long nr)
{
	for (unsigned long place = 0; place < SPECIALS; place++)
		if (SPECIAL[place] == nr)
			return 1;
	return 0;
}

static void in_child(long nr)
{
	long child = CALL(__NR_fork);

	if (child == 0) {
		CALL(__NR_setsid);
		be_patient();
		CALL(nr);
		leave(0);
	}
	wait_for(child);
}

static void mode_every(void)
{
	start_thread(0, hammer);
	for (long nr = 0; nr < SYSCALLS; nr++)
		if (!is_special(nr))
			call(nr, -1, -1, -1, -1, -1, -1);
	for (unsigned long place = 0; place < SPECIALS; place++)
		in_child(SPECIAL[place]);
	call_i386(20, 0);	/* getpid */
	call_i386(64, 0);	/* getppid */
	call_i386(6, -1);	/* close */
	call_i386(403, 0);	/* clock_gettime64 */
	call_x32(__NR_getpid);
	is_done = 1;
}

static void thread_of_its_own(void)
{
	CALL(__NR_getgid);
	has_run = 1;
	for (;;)
		CALL(__NR_exit);
}

static void by_fork(void)
{
	long child = CALL(__NR_fork);

	if (child == 0) {
		CALL(__NR_getpgrp);
		call_i386(199, 0); /* getuid32 */
		leave(0);
	}
	wait_for(child);
}

static void by_vfork(void)
{
	long child = CALL(__NR_vfork);

	if (child == 0) {
		CALL(__NR_getsid);
		CALL(__NR_exit);
	}
	wait_for(child);
}

static void by_clone3(void)
{
	struct clone_args arguments = { .exit_signal = SIGCHLD };
	long child = CALL2(__NR_clone3, &arguments, sizeof(arguments));

	if (child == 0) {
		CALL(__NR_getuid);
		leave(0);
	}
	wait_for(child);
}

static void by_exec(void)
{
	long child = CALL(__NR_fork);

	if (child == 0)
		execute("leaf");
	wait_for(child);
}

/* Outlives its parent, which doesn't wait for it. A pipe tells when it has ended. */
static void as_daemon(void)
{
	int ends[2];
	char byte;
	long child;

	need(CALL1(__NR_pipe, ends));
	child = CALL(__NR_fork);
	if (child == 0) {
		CALL(__NR_setsid);
		if (CALL(__NR_fork) == 0)
			CALL(__NR_getegid);
		leave(0);
	}
	wait_for(child);
	CALL1(__NR_close, ends[1]);
	CALL3(__NR_read, ends[0], &byte, 1);
}

static void execute_tail(void)
{
	execute("tail");
}

/* Each kind of child makes a call that nobody else makes. At last a thread that isn't the first executes another image. */
static void mode_children(void)
{
	CALL3(__NR_socket, 2, 1, 6); /* AF_INET, SOCK_STREAM, IPPROTO_TCP */
	by_fork();
	by_vfork();
	by_clone3();
	by_exec();
	as_daemon();
	start_thread(1, thread_of_its_own);
	while (!has_run)
		CALL(__NR_sched_yield);
	start_thread(0, execute_tail);
	for (;;)
		CALL(__NR_sched_yield);
}

static void mode_tail(void)
{
	CALL3(__NR_getresuid, 0, 0, 0);
}

/* Has started; serves when it is told so, by a byte at its standard input. */
static void mode_serve(void)
{
	char byte;

	CALL(__NR_getuid);
	CALL(__NR_getpgrp);
	need(CALL3(__NR_write, 1, "s", 1));
	need(CALL3(__NR_read, 0, &byte, 1));
	phase = SERVING;
	CALL(__NR_getpgrp);
	CALL(__NR_getgid);
}

#define LOAD(field) BPF_STMT(BPF_LD | BPF_W | BPF_ABS, __builtin_offsetof(struct seccomp_data, field))
#define REFUSE(nr, error) \
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, nr, 0, 1), BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | (error))
#define I386_GETPPID 64

static void load_filter(void)
{
	struct sock_filter rules[] = {
		LOAD(arch),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, AUDIT_ARCH_I386, 0, 4),
		LOAD(nr),
		REFUSE(I386_GETPPID, EIO),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
		LOAD(nr),
		REFUSE(__NR_getpriority, EACCES),
		REFUSE(__NR_clone3, ENOSYS),
		REFUSE(__NR_sched_getscheduler, EPERM),
		REFUSE(__NR_sched_getparam, 4095),
		REFUSE(__NR_times, EINVAL),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog program = { .len = sizeof(rules) / sizeof(rules[0]), .filter = rules };

	need(call(__NR_prctl, PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0, 0));
	need(CALL3(__NR_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program));
}

static void denied_thread(void)
{
	expect_denied(ABI_X86_64, __NR_sched_getscheduler, EPERM);
	has_run = 1;
	for (;;)
		CALL(__NR_exit);
}

/* One call was made before the filter forbade it; forks, execs and failing calls must not look like denials. */
static void mode_denied(void)
{
	CALL1(__NR_times, 0);
	load_filter();
	expect_denied(ABI_X86_64, __NR_getpriority, EACCES);
	expect_denied(ABI_X86_64, __NR_clone3, ENOSYS);
	expect_denied(ABI_X86_64, __NR_times, EINVAL);
	expect_denied(ABI_I386, I386_GETPPID, EIO);
	start_thread(0, denied_thread);
	while (!has_run)
		CALL(__NR_sched_yield);
	CALL1(__NR_close, -1);
	CALL3(__NR_execve, "/nowhere", 0, 0);
	for (int turn = 0; turn < 200; turn++) {
		long child = turn % 2 ? CALL(__NR_fork) : CALL(__NR_vfork);

		if (child == 0 && turn % 4 == 3)
			execute("leaf");
		if (child == 0)
			CALL(__NR_exit);
		wait_for(child);
	}
}

/* The end of every line of descent: a program that was executed by a child. */
static void mode_leaf(void)
{
	if (notes->denied[ABI_X86_64][__NR_getpriority])
		expect_denied(ABI_X86_64, __NR_sched_getparam, 4095);
	else
		CALL(__NR_geteuid);
}

static void run(char mode)
{
	switch (mode) {
	case 'e':
		return mode_every();
	case 'c':
		return mode_children();
	case 'd':
		return mode_denied();
	case 's':
		return mode_serve();
	case 't':
		return mode_tail();
	default:
		return mode_leaf();
	}
}

/* The stack as the kernel leaves it to a program: how many arguments, then where they are. */
static void __attribute__((noreturn, used)) begin(const long *stack)
{
	const char *const *arguments = (const char *const *)(stack + 1);

	self = arguments[0];
	notes_file = arguments[2];
	if (stack[0] == 4) {
		enter_cgroup(arguments[3]);
		share_notes(notes_file);
		need(CALL1(__NR_chroot, "/"));
		execute(arguments[1]);
	}
	phase = RUNNING;
	share_notes(notes_file);
	run(arguments[1][0]);
	leave(0);
}

__asm__(".globl _start\n_start:\n\tmov %rsp, %rdi\n\tand $-16, %rsp\n\tcall begin\n");
