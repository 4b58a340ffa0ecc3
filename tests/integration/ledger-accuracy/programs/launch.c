// SPDX-License-Identifier: Apache-2.0
/*
 * launch [--brief] [--filter FILE] CGROUP RECORD PROGRAM ARGUMENT...: runs a program in a cgroup from its birth, in the way of a runtime: its last
 * two calls before the program are chroot and execve. A filter (struct sock_filter after struct sock_filter) is loaded between them.
 * --brief makes the cgroup itself, removes it as soon as the program has ended, and prints for how many microseconds there was one.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/sched.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define RECORD 3
#define RECORD_SIZE 4096

static struct sock_filter filter[BPF_MAXINSNS];
static struct sock_fprog program = { .filter = filter };

static void fail(const char *what)
{
	perror(what);
	exit(125);
}

static void read_filter(const char *path)
{
	int file = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t length = read(file, filter, sizeof(filter));

	if (length <= 0)
		fail(path);
	program.len = length / sizeof(filter[0]);
}

static void open_record(const char *path)
{
	int file = open(path, O_RDWR | O_CREAT | O_TRUNC, 0600);

	if (file < 0 || ftruncate(file, RECORD_SIZE) || dup2(file, RECORD) != RECORD)
		fail(path);
	if (file != RECORD)
		close(file);
}

static void in_container(char **argv)
{
	char *environment[] = { NULL };

	if (chroot("/"))
		_exit(124);
	if (program.len && (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) || syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program)))
		_exit(123);
	execve(argv[0], argv, environment);
	_exit(122);
}

static int run(const char *cgroup, char **argv)
{
	struct clone_args how = { .flags = CLONE_INTO_CGROUP, .exit_signal = SIGCHLD };
	int directory = open(cgroup, O_RDONLY | O_DIRECTORY | O_CLOEXEC), status;
	pid_t child;

	if (directory < 0)
		fail(cgroup);
	how.cgroup = directory;
	child = syscall(SYS_clone3, &how, sizeof(how));
	if (child == 0)
		in_container(argv);
	if (child < 0 || waitpid(child, &status, 0) < 0)
		fail("clone3");
	close(directory);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

static int64_t now_us(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000000LL + now.tv_nsec / 1000;
}

int main(int argc, char **argv)
{
	struct rlimit none = { 0, 0 };
	int brief = 0, status;
	int64_t began;

	for (; argc > 1 && strncmp(argv[1], "--", 2) == 0; argv++, argc--) {
		brief |= strcmp(argv[1], "--brief") == 0;
		if (strcmp(argv[1], "--filter") == 0) {
			read_filter(argv[2]);
			argv++;
			argc--;
		}
	}
	if (argc < 5)
		return 126;
	open_record(argv[2]);
	/* Message queues and the like that -1 makes are gone with their namespace. */
	if (setrlimit(RLIMIT_CORE, &none) || unshare(CLONE_NEWIPC))
		fail("unshare");
	began = now_us();
	if (brief && mkdir(argv[1], 0755))
		fail(argv[1]);
	status = run(argv[1], argv + 3);
	if (brief && rmdir(argv[1]))
		fail("rmdir");
	if (brief)
		printf("%lld\n", (long long)(now_us() - began));
	return status;
}
