// SPDX-License-Identifier: Apache-2.0
/*
 * Makes the calls that its arguments name (`call:NUMBER…`), with arguments that are refused; `wait` waits for a signal; `ask` makes those that it is told
 * on stdin, a line each, and answers with a line.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

static void call(long nr)
{
	syscall(nr, -1L, -1L, -1L, -1L, -1L, -1L);
}

static void ask(void)
{
	long nr;

	do {
		puts("ready");
		fflush(stdout);
		if (scanf("%ld", &nr) != 1)
			return;
		call(nr);
	} while (1);
}

int main(int argc, char **argv)
{
	for (int place = 0; place < argc; place++) {
		if (strncmp(argv[place], "call:", 5) == 0)
			call(atol(argv[place] + 5));
		if (strcmp(argv[place], "ask") == 0)
			ask();
		if (strcmp(argv[place], "wait") == 0)
			pause();
	}
	return 0;
}
