// SPDX-License-Identifier: Apache-2.0
/* A few calls that no runtime makes on the way, and with an argument a wait for a signal. */
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	(void)argv;
	getpgid(0);
	syscall(SYS_times, (void *)0);
	syscall(SYS_sysinfo, (void *)0);
	if (fork() == 0) {
		syscall(SYS_getitimer, 0, (void *)0);
		_exit(0);
	}
	syscall(SYS_wait4, -1, (void *)0, 0, (void *)0);
	if (argc > 1 && argv[1][0] == 'w')
		return pause();
	if (argc > 1)
		syscall(SYS_getpriority, 0, 0);
	return 0;
}
