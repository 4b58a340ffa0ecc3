// SPDX-License-Identifier: Apache-2.0
/* Lives under a filter that denies clone3, getpriority and sched_getscheduler: threads, forks, execs, failing and interrupted calls. */
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

static void on_alarm(int signal)
{
	(void)signal;
}

static void *thread(void *unused)
{
	syscall(SYS_sched_getscheduler, 0);
	return unused;
}

/*
 * Interrupted reads, restarted and not: their exits carry restart codes. The alarm comes again and again: one that fell between
 * setitimer and read, on a busy machine, would leave the read waiting for ever.
 */
static void be_interrupted(void)
{
	struct itimerval often = { .it_value = { .tv_usec = 1000 }, .it_interval = { .tv_usec = 1000 } };
	struct itimerval never = { .it_value = { .tv_usec = 0 } };
	struct sigaction action;
	int ends[2];
	char byte;

	memset(&action, 0, sizeof(action));
	action.sa_handler = on_alarm;
	sigaction(SIGALRM, &action, NULL);
	if (pipe(ends))
		abort();
	for (int turn = 0; turn < 50; turn++) {
		setitimer(ITIMER_REAL, &often, NULL);
		if (read(ends[0], &byte, 1) != -1 || errno != EINTR)
			abort();
	}
	setitimer(ITIMER_REAL, &never, NULL);
}

int main(int argc, char **argv)
{
	pthread_t other;

	if (argc > 2)
		return 0;
	syscall(SYS_getpriority, 0, 0);
	pthread_create(&other, NULL, thread, NULL);
	pthread_join(other, NULL);
	close(-1);
	be_interrupted();
	for (int turn = 0; turn < 2000; turn++) {
		pid_t child = turn % 3 == 0 ? vfork() : fork();

		if (child == 0) {
			if (turn % 2)
				execl("/bin/target", "target", "again", "and again", (char *)NULL);
			execl("/nowhere", "nowhere", (char *)NULL);
			_exit(0);
		}
		waitpid(child, NULL, 0);
	}
	return argc > 1 ? pause() : 0;
}
