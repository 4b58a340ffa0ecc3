/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Containers that take turns on one CPU: ring CPU CALLS CGROUP… starts one process in each cgroup; a token goes from one to the next through
 * pipes, and whoever has it makes CALLS times getppid. Each line of stdin is a number of laps; the answer is the minimum and
 * the median over the turns of what those calls took, in picoseconds per call, without the change from one to the next.
 */
#define _GNU_SOURCE
#include <err.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define MAX_MEMBERS 128
#define MAX_TURNS 1024

static long now_ns(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC_RAW, &time);
	return time.tv_sec * 1000000000L + time.tv_nsec;
}

static int ascending(const void *one, const void *other)
{
	long a = *(const long *)one, b = *(const long *)other;

	return (a > b) - (a < b);
}

static void enter_cgroup(const char *directory)
{
	char path[4096];
	int file;

	snprintf(path, sizeof(path), "%s/cgroup.procs", directory);
	file = open(path, O_WRONLY | O_CLOEXEC);
	if (file < 0 || write(file, "0", 1) != 1)
		err(1, "%s", path);
	close(file);
}

/* What the turns of an order took, and how many there were. Shared by all; only who has the token writes. */
static struct {
	long count;
	long took[MAX_TURNS];
} *turns;

static void take_turn(int from, int to, long calls)
{
	char token;
	long begun;

	if (read(from, &token, 1) != 1)
		exit(0);
	begun = now_ns();
	for (long i = 0; i < calls; i++)
		syscall(SYS_getppid);
	turns->took[turns->count++] = now_ns() - begun;
	if (write(to, &token, 1) != 1)
		exit(0);
}

static void start_member(const char *cgroup, int from, int to, long calls)
{
	if (fork())
		return;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	enter_cgroup(cgroup);
	for (;;)
		take_turn(from, to, calls);
}

int main(int argc, char **argv)
{
	int pipes[MAX_MEMBERS + 1][2], members = argc - 3;
	long calls, laps;
	char line[64], token = 1;
	cpu_set_t cpus;

	if (members < 1 || members > MAX_MEMBERS)
		errx(2, "usage: ring CPU CALLS CGROUP...");
	calls = atol(argv[2]);
	CPU_ZERO(&cpus);
	CPU_SET(atoi(argv[1]), &cpus);
	if (sched_setaffinity(0, sizeof(cpus), &cpus))
		err(1, "sched_setaffinity");
	turns = mmap(NULL, sizeof(*turns), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (turns == MAP_FAILED)
		err(1, "mmap");
	for (int i = 0; i <= members; i++)
		if (pipe(pipes[i]))
			err(1, "pipe");
	for (int i = 0; i < members; i++)
		start_member(argv[3 + i], pipes[i][0], pipes[i + 1][1], calls);
	while (fgets(line, sizeof(line), stdin)) {
		laps = atol(line);
		if (laps < 1 || laps * members > MAX_TURNS)
			errx(2, "not an order: %s", line);
		turns->count = 0;
		for (long i = 0; i < laps; i++)
			if (write(pipes[0][1], &token, 1) != 1 || read(pipes[members][0], &token, 1) != 1)
				err(1, "ring");
		qsort(turns->took, turns->count, sizeof(*turns->took), ascending);
		printf("%ld %ld\n", turns->took[0] * 1000 / calls, turns->took[turns->count / 2] * 1000 / calls);
		fflush(stdout);
	}
	return 0;
}
