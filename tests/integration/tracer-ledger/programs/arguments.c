// SPDX-License-Identifier: Apache-2.0
/*
 * Makes watched calls with known values: negative ones, ones with garbage in the upper half of the register, ones in every register, more
 * than are kept, through both entries, and from threads at once.
 */
#include <pthread.h>
#include <sys/syscall.h>
#include <unistd.h>

#define GARBAGE 0xdeadbeef00000000UL
#define THREADS 4
#define TURNS 20000
#define PRCTL_BASE 7000
#define PRCTL_VALUES 24

static long interface_i386(long nr, long first, long second, long third, long fourth)
{
	long result;

	__asm__ volatile("int $0x80"
			 : "=a"(result)
			 : "a"(nr), "b"(first), "c"(second), "d"(third), "S"(fourth)
			 : "memory", "r8", "r9", "r10", "r11");
	return result;
}

/* All threads use all the values, each in another order. */
static void *call_prctl(void *first)
{
	for (long turn = 0; turn < TURNS; turn++)
		syscall(SYS_prctl, PRCTL_BASE + (turn * 7 + (long)first) % PRCTL_VALUES, 0L, 0L, 0L, 0L);
	return NULL;
}

static void *beside(void *unused)
{
	syscall(SYS_personality, 0xffffffffUL); /* asks */
	return unused;
}

int main(void)
{
	pthread_t threads[THREADS], other;

	syscall(SYS_socket, -1, -2, -3);
	syscall(SYS_socket, GARBAGE + 1, GARBAGE + 2, GARBAGE + 4000);
	syscall(SYS_unshare, GARBAGE);
	syscall(SYS_mmap, 0L, 0L, 0x8000000000000001UL, 0x22L, -1L, 0L);
	syscall(SYS_process_madvise, -1L, 0L, 0L, GARBAGE + 77, 0L);
	syscall(SYS_perf_event_open, 0L, 0L, 0L, -1L, 0x5500000000UL);
	for (long op = 0; op < 33; op++)
		syscall(SYS_ioctl, -1L, 100 + op, 0L);
	for (long turn = 0; turn < 100; turn++)
		for (long how = 0; how < 32; how++)
			syscall(SYS_shutdown, -1L, 200 + how);
	interface_i386(172 /* prctl */, -5, 0, 0, 0);
	interface_i386(359 /* socket */, 9000, -7, 1, 0);
	interface_i386(192 /* mmap2 */, 0, 0, 0x71, 0x72);
	for (long first = 0; first < THREADS; first++)
		pthread_create(&threads[first], NULL, call_prctl, (void *)first);
	pthread_create(&other, NULL, beside, NULL);
	pthread_join(other, NULL);
	for (long first = 0; first < THREADS; first++)
		pthread_join(threads[first], NULL);
	return 0;
}
