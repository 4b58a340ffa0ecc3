/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A program without a C library, which makes no system call but those in its source, and writes each one down before it
 * makes it: a byte per interface and number in the file it was given as descriptor 3. Compiled for 64 and 32 bits.
 */
#ifndef FLAK_BARE_H
#define FLAK_BARE_H

#define RECORD 3
#define NUMBERS 1024

/* The rows of `made`. VDSO is what a 32-bit C library uses: sysenter or syscall, where the CPU has it; to the kernel it is i386, too. */
enum interface { NATIVE_64, I386, X32, VDSO };

struct record {
	volatile unsigned char made[3][NUMBERS];
	volatile unsigned char go; /* set by the test */
	unsigned char unused[NUMBERS - 1];
};

static struct record unmapped;
static struct record *record = &unmapped;

#ifdef __x86_64__
#define NATIVE NATIVE_64
enum { NR_MMAP = 9, NR_YIELD = 24, NR_SLEEP = 35, NR_SETITIMER = 38, NR_CLONE = 56, NR_FORK = 57, NR_VFORK = 58,
       NR_EXECVE = 59, NR_EXIT = 60, NR_WAIT4 = 61, NR_SETSID = 112, NR_EXIT_GROUP = 231, NR_CLONE3 = 435 };
#else
#define NATIVE I386
enum { NR_EXIT = 1, NR_FORK = 2, NR_EXECVE = 11, NR_SETSID = 66, NR_MMAP = 90, NR_SETITIMER = 104, NR_WAIT4 = 114,
       NR_CLONE = 120, NR_YIELD = 158, NR_SLEEP = 162, NR_VFORK = 190, NR_EXIT_GROUP = 252, NR_CLONE3 = 435 };
static long vdso_entry;
#endif

#define ALWAYS_INLINE static inline __attribute__((always_inline))

/* The sixth argument of i386's calls is the fifth again: no registers are left for another. */
ALWAYS_INLINE long call_i386(long nr, long a, long b, long c, long d, long e)
{
	long result;

#ifdef __x86_64__
	__asm__ volatile("push %%rbp\n mov %%rdi, %%rbp\n int $0x80\n pop %%rbp"
			 : "=a"(result) : "a"(nr), "b"(a), "c"(b), "d"(c), "S"(d), "D"(e)
			 : "memory", "r8", "r9", "r10", "r11");
#else
	__asm__ volatile("push %%ebp\n mov %%edi, %%ebp\n int $0x80\n pop %%ebp"
			 : "=a"(result) : "a"(nr), "b"(a), "c"(b), "d"(c), "S"(d), "D"(e) : "memory");
#endif
	return result;
}

#ifdef __x86_64__
ALWAYS_INLINE long call_native(long nr, long a, long b, long c, long d, long e, long f)
{
	register long r10 __asm__("r10") = d;
	register long r8 __asm__("r8") = e;
	register long r9 __asm__("r9") = f;
	long result;

	__asm__ volatile("syscall" : "=a"(result) : "a"(nr), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8), "r"(r9)
			 : "rcx", "r11", "memory");
	return result;
}
#else
#define call_native(nr, a, b, c, d, e, f) call_i386(nr, a, b, c, d, e)

ALWAYS_INLINE long call_vdso(long nr, long every)
{
	long result;

	__asm__ volatile("push %%ebp\n mov %%edi, %%ebp\n call *%[entry]\n pop %%ebp"
			 : "=a"(result)
			 : "a"(nr), "b"(every), "c"(every), "d"(every), "S"(every), "D"(every), [entry] "m"(vdso_entry)
			 : "memory");
	return result;
}
#endif

ALWAYS_INLINE void note(enum interface interface, long nr)
{
	record->made[interface == VDSO ? I386 : interface][nr & (NUMBERS - 1)] = 1;
}

ALWAYS_INLINE long native(long nr, long a, long b, long c, long d)
{
	note(NATIVE, nr);
	return call_native(nr, a, b, c, d, 0, 0);
}

/* Any call by any interface, all of its arguments the same. */
ALWAYS_INLINE long call(enum interface interface, long nr, long every)
{
	note(interface, nr);
	switch (interface) {
	case I386:
		return call_i386(nr, every, every, every, every, every);
#ifdef __x86_64__
	case X32:
		nr += 0x40000000;
		break;
#else
	case VDSO:
		return call_vdso(nr, every);
#endif
	default:
		break;
	}
	return call_native(nr, every, every, every, every, every, every);
}

static void map_record(void)
{
#ifdef __x86_64__
	record = (void *)call_native(NR_MMAP, 0, sizeof(struct record), 3, 1, RECORD, 0);
#else
	static const long arguments[] = { 0, sizeof(struct record), 3, 1, RECORD, 0 };

	record = (void *)call_i386(NR_MMAP, (long)arguments, 0, 0, 0, 0);
#endif
	note(NATIVE, NR_MMAP);
}

ALWAYS_INLINE void leave(void)
{
	for (;;)
		native(NR_EXIT_GROUP, 0, 0, 0, 0);
}

/* Memory, files, signal handlers and the thread group are shared; `tid` becomes 0 when the thread is gone. */
#define THREAD_FLAGS (0x100 | 0x200 | 0x400 | 0x800 | 0x10000 | 0x40000 | 0x200000)

/* Runs body(argument), which must end by NR_EXIT, in a thread on this stack. */
static inline long start_thread(void (*body)(void *), void *argument, long *top, volatile int *tid)
{
	long result;

	note(NATIVE, NR_CLONE);
	*--top = (long)argument;
	*--top = (long)body;
#ifdef __x86_64__
	register volatile int *r10 __asm__("r10") = tid;

	__asm__ volatile("syscall\n test %%rax, %%rax\n jnz 1f\n xor %%ebp, %%ebp\n pop %%rax\n pop %%rdi\n call *%%rax\n 1:"
			 : "=a"(result) : "a"(NR_CLONE), "D"(THREAD_FLAGS), "S"(top), "d"(0), "r"(r10) : "rcx", "r11", "memory");
#else
	__asm__ volatile("int $0x80\n test %%eax, %%eax\n jnz 1f\n pop %%eax\n call *%%eax\n 1:"
			 : "=a"(result) : "a"(NR_CLONE), "b"(THREAD_FLAGS), "c"(top), "d"(0), "D"(tid), "S"(0) : "memory");
#endif
	return result;
}

void begin(long *stack);

#ifdef __x86_64__
__asm__(".globl _start\n_start: mov %rsp, %rdi\n and $-16, %rsp\n call begin");
#else
__asm__(".globl _start\n_start: mov %esp, %eax\n and $-16, %esp\n sub $12, %esp\n push %eax\n call begin");
#endif

#endif
