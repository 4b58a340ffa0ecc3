/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a program without a C library calls, noted by the program itself: every call is made here, by one instruction,
 * after its number was noted in a file that is shared by all images and processes of the program.
 */
#ifndef FLAK_NOTES_H
#define FLAK_NOTES_H

#include <asm/unistd_64.h>
#include <linux/mman.h>
#include <linux/fcntl.h>
#include "../../../tracer/ledger/ledger.h"

enum phase { SETTING_UP, RUNNING, SERVING, PHASES };

/* Read by guest/notes.ts: PHASES x 3 interfaces x SYSCALLS bytes, then 3 x SYSCALLS error numbers. */
struct notes {
	unsigned char made[PHASES][ABI_X32 + 1][SYSCALLS];
	unsigned short denied[ABI_X32 + 1][SYSCALLS]; /* 0: not denied */
};

/* What is called before the program is in its cgroup, or before the file is there, is noted here. */
static struct notes own_notes;
static struct notes *notes = &own_notes;
static enum phase phase;

#define ALWAYS_INLINE inline __attribute__((always_inline))

/* Inline, so that a child by vfork leaves nothing on the stack that it shares with its parent. */
static ALWAYS_INLINE long enter_kernel(long nr, long a, long b, long c, long d, long e, long f)
{
	register long r10 __asm__("r10") = d;
	register long r8 __asm__("r8") = e;
	register long r9 __asm__("r9") = f;
	long result;

	__asm__ volatile("syscall"
			 : "=a"(result)
			 : "a"(nr), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8), "r"(r9)
			 : "rcx", "r11", "memory");
	return result;
}

static ALWAYS_INLINE long call(long nr, long a, long b, long c, long d, long e, long f)
{
	*(volatile unsigned char *)&notes->made[phase][ABI_X86_64][nr] = 1;
	return enter_kernel(nr, a, b, c, d, e, f);
}

#define CALL(nr) call(nr, 0, 0, 0, 0, 0, 0)
#define CALL1(nr, a) call(nr, (long)(a), 0, 0, 0, 0, 0)
#define CALL2(nr, a, b) call(nr, (long)(a), (long)(b), 0, 0, 0, 0)
#define CALL3(nr, a, b, c) call(nr, (long)(a), (long)(b), (long)(c), 0, 0, 0)

static ALWAYS_INLINE long call_x32(long nr)
{
	*(volatile unsigned char *)&notes->made[phase][ABI_X32][nr] = 1;
	return enter_kernel(nr | 0x40000000, 0, 0, 0, 0, 0, 0);
}

static ALWAYS_INLINE long enter_i386(long nr, long a)
{
	long result;

	__asm__ volatile("int $0x80" : "=a"(result) : "a"(nr), "b"(a) : "memory", "r8", "r9", "r10", "r11");
	return result;
}

static ALWAYS_INLINE long call_i386(long nr, long a)
{
	*(volatile unsigned char *)&notes->made[phase][ABI_I386][nr] = 1;
	return enter_i386(nr, a);
}

static void __attribute__((noreturn)) leave(int status)
{
	for (;;)
		CALL1(__NR_exit_group, status);
}

/* A step that must not fail. */
static ALWAYS_INLINE long need(long result)
{
	if (result < 0)
		leave((int)-result);
	return result;
}

/* A call that the filter must answer: noted as denied, not as made. */
static ALWAYS_INLINE void expect_denied(int abi, long nr, int error)
{
	long result = abi == ABI_I386 ? enter_i386(nr, 0) : enter_kernel(nr, 0, 0, 0, 0, 0, 0);

	if (result != -error)
		leave(99);
	notes->denied[abi][nr] = error;
}

/* Begins a container: what was called so far was called elsewhere. */
static void enter_cgroup(const char *procs)
{
	volatile unsigned char *made = &own_notes.made[0][0][0];
	long file = need(CALL2(__NR_open, procs, O_WRONLY));

	need(CALL3(__NR_write, file, "0", 1));
	for (unsigned long place = 0; place < sizeof(own_notes.made); place++)
		made[place] = 0;
}

/* From now on the file has what this image has called, and all that follows. */
static void share_notes(const char *path)
{
	const unsigned char *made = &own_notes.made[0][0][0];
	volatile unsigned char *shared;
	struct notes *mapped;
	long file;

	file = need(CALL2(__NR_open, path, O_RDWR));
	mapped = (struct notes *)need(call(__NR_mmap, 0, sizeof(*notes), PROT_READ | PROT_WRITE, MAP_SHARED, file, 0));
	shared = &mapped->made[0][0][0];
	for (unsigned long place = 0; place < sizeof(own_notes.made); place++)
		if (made[place])
			shared[place] = 1;
	notes = mapped;
}

#endif
