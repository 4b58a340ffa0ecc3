// SPDX-License-Identifier: Apache-2.0
/*
 * `crowd apart N`: N children, one after the other. `crowd together N`: N threads at once, of which the last one, and nobody
 * else, asks for its priority.
 */
#include <errno.h>
#include <limits.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static void apart(int count)
{
	for (int turn = 0; turn < count; turn++) {
		pid_t child = fork();

		if (child == 0)
			_exit(0);
		if (child < 0 || waitpid(child, NULL, 0) < 0)
			exit(errno);
	}
}

static void *wait_for_ever(void *unused)
{
	for (;;)
		pause();
	return unused;
}

static void *be_last(void *unused)
{
	syscall(SYS_getpriority, 0, 0);
	return unused;
}

static void together(int count)
{
	pthread_attr_t small;
	pthread_t thread;

	pthread_attr_init(&small);
	pthread_attr_setstacksize(&small, PTHREAD_STACK_MIN);
	for (int turn = 1; turn < count; turn++)
		if (pthread_create(&thread, &small, wait_for_ever, NULL))
			exit(1);
	if (pthread_create(&thread, &small, be_last, NULL))
		exit(1);
	pthread_join(thread, NULL);
}

int main(int argc, char **argv)
{
	if (argc != 3)
		return 1;
	if (argv[1][0] == 'a')
		apart(atoi(argv[2]));
	else
		together(atoi(argv[2]));
	return 0;
}
