// SPDX-License-Identifier: Apache-2.0
/*
 * Makes every system call of the x86_64 table once with arguments that are refused, while a second thread calls getppid
 * as fast as it can; three more through the other two interfaces. Those that would end or stop it are made by children.
 */
#include <pthread.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#define LAST 466
#define X32_BIT 0x40000000

static volatile int done;

static void *hammer(void *unused)
{
	while (!done)
		syscall(SYS_getppid);
	return unused;
}

static long interface_i386(long nr)
{
	long result;

	__asm__ volatile("int $0x80" : "=a"(result) : "a"(nr) : "memory", "r8", "r9", "r10", "r11");
	return result;
}

/* Makes one call in a child without a terminal, which an alarm ends if the call doesn't come back. */
static void in_child(long nr)
{
	struct itimerval patience = { .it_value = { .tv_usec = 300000 } };
	pid_t child = fork();

	if (child == 0) {
		setsid();
		setitimer(ITIMER_REAL, &patience, NULL);
		syscall(nr, 0L, 0L, 0L, 0L, 0L, 0L);
		_exit(0);
	}
	waitpid(child, NULL, 0);
}

/* Calls that end, stop or signal their caller, whatever the arguments are, or do something with zeros alone. */
static const long SPECIAL[] = {
	SYS_rt_sigreturn, SYS_pause, SYS_alarm, SYS_fork, SYS_vfork, SYS_exit, SYS_exit_group, SYS_kill, SYS_tkill,
	SYS_tgkill, SYS_setsid, SYS_vhangup, SYS_sync, SYS_reboot, SYS_munlockall, SYS_set_tid_address, SYS_rseq,
	335 /* uretprobe: SIGILL */, 336 /* uprobe: SIGILL */,
};
#define SPECIALS (sizeof(SPECIAL) / sizeof(SPECIAL[0]))

static int is_special(long nr)
{
	for (unsigned int place = 0; place < SPECIALS; place++)
		if (SPECIAL[place] == nr)
			return 1;
	return 0;
}

int main(void)
{
	pthread_t thread;

	pthread_create(&thread, NULL, hammer, NULL);
	for (long nr = 0; nr <= LAST; nr++)
		if (!is_special(nr))
			syscall(nr, -1L, -1L, -1L, -1L, -1L, -1L);
	for (unsigned int place = 0; place < SPECIALS; place++)
		in_child(SPECIAL[place]);
	interface_i386(20); /* getpid */
	interface_i386(64); /* getppid */
	syscall(X32_BIT + SYS_getpid);
	done = 1;
	pthread_join(thread, NULL);
	return 0;
}
