/* SPDX-License-Identifier: Apache-2.0 */
/* Threads and children without a C library. */
#ifndef FLAK_CHILDREN_H
#define FLAK_CHILDREN_H

#include <linux/sched.h>
#include <linux/time.h>
#include <linux/wait.h>
#include <asm/signal.h>
#include "notes.h"

#define THREAD (CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD | CLONE_SYSVSEM)
#define STACK 16384

static unsigned char stacks[2][STACK] __attribute__((aligned(16)));

/* The newborn finds what it is to do on its own stack; it must not return from there. */
static void start_thread(int which, void (*body)(void))
{
	void **top = (void **)(stacks[which] + STACK) - 1;
	register long none_10 __asm__("r10") = 0;
	register long none_8 __asm__("r8") = 0;
	long result;

	*top = (void *)body;
	notes->made[phase][ABI_X86_64][__NR_clone] = 1;
	__asm__ volatile("syscall\n\t"
			 "test %%rax, %%rax\n\t"
			 "jnz 1f\n\t"
			 "pop %%rax\n\t"
			 "call *%%rax\n\t"
			 "1:"
			 : "=a"(result)
			 : "a"(__NR_clone), "D"(THREAD), "S"(top), "d"(0), "r"(none_10), "r"(none_8)
			 : "rcx", "r11", "memory");
	need(result);
}

static void wait_for(long child)
{
	need(call(__NR_wait4, need(child), 0, __WALL, 0, 0, 0));
}

/* Ends the caller if the next call doesn't come back. */
static void be_patient(void)
{
	struct __kernel_old_itimerval patience = { .it_value = { .tv_usec = 300000 } };

	CALL3(__NR_setitimer, 0, &patience, 0);
}

#endif
