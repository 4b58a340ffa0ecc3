// SPDX-License-Identifier: Apache-2.0
/* spawner KIND CGROUP PROGRAM SCRIPT: runs a program in the ways of a C library, or in the way of a runtime that begins in a cgroup of the pod. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <linux/sched.h>
#include <sched.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static char *none[] = { NULL };

static pid_t spawn(char **argv)
{
	pid_t child;

	return posix_spawn(&child, argv[0], NULL, NULL, argv, none) ? -1 : child;
}

/* Forks twice, in a session of its own between: the program's parent is gone before it begins. */
static pid_t daemonize(char **argv)
{
	pid_t child = fork();

	if (child == 0) {
		setsid();
		if (fork() == 0)
			execve(argv[0], argv, none);
		_exit(0);
	}
	return child;
}

static pid_t clone_third(char **argv, int cgroup)
{
	struct clone_args how = { .exit_signal = SIGCHLD };
	pid_t child;

	if (cgroup >= 0) {
		how.flags = CLONE_INTO_CGROUP;
		how.cgroup = cgroup;
	}
	child = syscall(SYS_clone3, &how, sizeof(how));
	if (child == 0)
		execve(argv[0], argv, none);
	return child;
}

int main(int argc, char **argv)
{
	const char *kind = argv[1];
	pid_t child;

	if (argc != 5)
		return 126;
	argv += 3;
	if (strcmp(kind, "posix_spawn") == 0) {
		child = spawn(argv);
	} else if (strcmp(kind, "daemon") == 0) {
		child = daemonize(argv);
	} else if (strcmp(kind, "clone3") == 0) {
		child = clone_third(argv, -1);
	} else if (strcmp(kind, "into") == 0) {
		child = clone_third(argv, open(argv[-1], O_RDONLY | O_DIRECTORY | O_CLOEXEC));
	} else if (strcmp(kind, "vfork") == 0) {
		child = vfork();
		if (child == 0) {
			execve(argv[0], argv, none);
			_exit(1);
		}
	} else {
		child = fork();
		if (child == 0)
			execve(argv[0], argv, none);
	}
	return child < 0 || waitpid(child, NULL, 0) != child;
}
