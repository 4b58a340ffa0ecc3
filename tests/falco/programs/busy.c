// SPDX-License-Identifier: Apache-2.0
/* Calls one harmless call as fast as the machine can, until it is killed. */
#include <sys/syscall.h>
#include <unistd.h>

int main(void)
{
	for (;;)
		syscall(SYS_getppid);
}
