// SPDX-License-Identifier: Apache-2.0
/*
 * A container that lives for a moment, again and again: argv[1] is the pod's cgroup, argv[2] how often, argv[3] the pause in
 * between (ms). Each time a cgroup is made, one process enters it and makes a call of its own, and the cgroup is removed at once.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static void live(const char *cgroup, int restart)
{
	char procs[512];

	snprintf(procs, sizeof(procs), "%s/cgroup.procs", cgroup);
	int file = open(procs, O_WRONLY);
	if (file < 0 || write(file, "0", 1) != 1)
		_exit(1);
	/* Numbers that nothing else makes here: none of them has an effect with these arguments. */
	syscall(restart % 2 ? SYS_getpriority : SYS_sched_getscheduler, 0, 0);
	_exit(0);
}

int main(int argc, char **argv)
{
	if (argc != 4)
		return 2;
	int times = atoi(argv[2]), status;

	for (int restart = 0; restart < times; restart++) {
		char cgroup[384];

		snprintf(cgroup, sizeof(cgroup), "%s/%064x", argv[1], 0x1000000 + restart);
		if (mkdir(cgroup, 0755) != 0)
			return 3;
		pid_t child = fork();
		if (child == 0)
			live(cgroup, restart);
		if (waitpid(child, &status, 0) != child || status != 0)
			return 4;
		if (rmdir(cgroup) != 0)
			return 5;
		usleep(atoi(argv[3]) * 1000);
	}
	return 0;
}
