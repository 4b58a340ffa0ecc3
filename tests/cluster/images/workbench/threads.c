// SPDX-License-Identifier: Apache-2.0
/*
 * A glibc program with threads: starts THREADS of them, which contend for a mutex and allocate, joins them, and begins
 * again every second until it is ended. `threads ROUNDS` ends by itself after that many rounds.
 */
#define _POSIX_C_SOURCE 200809L
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { THREADS = 8, TURNS = 200, BYTES = 256 * 1024 };

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static unsigned long turns;

static void *work(void *unused)
{
	(void)unused;
	for (int i = 0; i < TURNS; i++) {
		char *block = malloc(BYTES);

		if (!block)
			abort();
		memset(block, i, BYTES);
		pthread_mutex_lock(&lock);
		turns += (unsigned char)block[BYTES - 1] == (unsigned char)i;
		pthread_mutex_unlock(&lock);
		free(block);
	}
	return NULL;
}

int main(int argc, char **argv)
{
	const long rounds = argc > 1 ? strtol(argv[1], NULL, 10) : 0;
	const struct timespec second = { .tv_sec = 1 };

	for (long round = 1; rounds == 0 || round <= rounds; round++) {
		pthread_t threads[THREADS];

		for (int i = 0; i < THREADS; i++)
			if (pthread_create(&threads[i], NULL, work, NULL) != 0)
				abort();
		for (int i = 0; i < THREADS; i++)
			pthread_join(threads[i], NULL);
		printf("round %ld: %lu turns\n", round, turns);
		fflush(stdout);
		if (round != rounds)
			nanosleep(&second, NULL);
	}
	return 0;
}
