// SPDX-License-Identifier: Apache-2.0
/* Makes the calls that its arguments name (`call:NUMBER…`), with arguments that are refused; `wait` waits for a signal. */
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	for (int place = 0; place < argc; place++) {
		if (strncmp(argv[place], "call:", 5) == 0)
			syscall(atol(argv[place] + 5), -1L, -1L, -1L, -1L, -1L, -1L);
		if (strcmp(argv[place], "wait") == 0)
			pause();
	}
	return 0;
}
