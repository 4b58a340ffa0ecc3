/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Makes system calls on one CPU and says what they took: caller CPU [filtered|denied]. Each line of stdin is an order "CALL CHUNKS CALLS"; the
 * answer is the minimum and the median over the chunks, in picoseconds per call. With `filtered` it first puts itself under a seccomp filter
 * that allows everything, with `denied` under one that answers getppid with EPERM.
 */
#define _GNU_SOURCE
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define MAX_CHUNKS 1000

static long now_ns(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC_RAW, &time);
	return time.tv_sec * 1000000000L + time.tv_nsec;
}

static long time_chunk(const char *call, long calls)
{
	long from = now_ns();

	if (!strcmp(call, "getppid"))
		for (long i = 0; i < calls; i++)
			syscall(SYS_getppid);
	else if (!strcmp(call, "fcntl"))
		for (long i = 0; i < calls; i++)
			syscall(SYS_fcntl, 0, F_GETFD, 0);
	else
		errx(2, "not a call that can be timed: %s", call);
	return now_ns() - from;
}

static int ascending(const void *one, const void *other)
{
	long a = *(const long *)one, b = *(const long *)other;

	return (a > b) - (a < b);
}

static void filter_self(__u32 answer)
{
	struct sock_filter steps[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_getppid, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, answer),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog filter = { .len = sizeof(steps) / sizeof(*steps), .filter = steps };

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) || prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter))
		err(1, "seccomp");
}

int main(int argc, char **argv)
{
	static long took[MAX_CHUNKS];
	char line[128], call[32];
	cpu_set_t cpus;
	long chunks, calls;

	if (argc < 2)
		errx(2, "usage: caller CPU [filtered|denied]");
	CPU_ZERO(&cpus);
	CPU_SET(atoi(argv[1]), &cpus);
	if (sched_setaffinity(0, sizeof(cpus), &cpus))
		err(1, "sched_setaffinity");
	if (argc > 2)
		filter_self(strcmp(argv[2], "denied") ? SECCOMP_RET_ALLOW : SECCOMP_RET_ERRNO | EPERM);
	while (fgets(line, sizeof(line), stdin)) {
		if (sscanf(line, "%31s %ld %ld", call, &chunks, &calls) != 3 || chunks < 1 || chunks > MAX_CHUNKS || calls < 1)
			errx(2, "not an order: %s", line);
		for (long i = 0; i < chunks; i++)
			took[i] = time_chunk(call, calls);
		qsort(took, chunks, sizeof(*took), ascending);
		printf("%ld %ld\n", took[0] * 1000 / calls, took[chunks / 2] * 1000 / calls);
		fflush(stdout);
	}
	return 0;
}
