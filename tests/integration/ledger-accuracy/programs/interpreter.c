// SPDX-License-Identifier: Apache-2.0
/*
 * Does what its only argument says, and nothing else. script.ts writes such scripts:
 *
 *   n<nr> i<nr> x<nr> v<nr>   a call by the native, i386 (int 0x80), x32 or 32-bit vdso interface; x: from 64 bits only; v: from 32;
 *                             each argument is -1, or N where `=N` follows
 *   g<call>                   the same with zeros in a child without a terminal, which an alarm ends if the call doesn't
 *   h<nr>                     a thread that makes this call as fast as it can till the block ends
 *   t(...)                    a thread that runs a block; whoever started it waits for it at the end of its own block
 *   f(...) k(...) y(...)      a child by fork, clone3 or vfork, waited for
 *   d(...)                    a child that nobody waits for
 *   e(...)                    executes itself with the block as its script
 *   r<times>(...)             repeats
 *   s<ms>                     sleeps
 *   l<nr>                     loads a filter into all threads that answers this native call with EACCES (64 bits only)
 *   o                         waits for that without calling anything
 *   w                         waits for the test's word without calling anything, and begins its record anew
 */
#include "bare.h"

#define THREADS 32
#define STACK_WORDS 4096
#define PATIENCE_US 500000
#define SIGCHLD 17

struct thread {
	volatile int tid;
	volatile int stop;
	long nr; /* of a hammer; -1: a block */
	const char *from, *to;
	long stack[STACK_WORDS];
};

static struct thread threads[THREADS];
static int used;
static const char *self;

static void run(const char *at, const char *end);

static void thread_body(void *argument)
{
	struct thread *thread = argument;

	if (thread->nr < 0)
		run(thread->from, thread->to);
	else
		while (!thread->stop)
			call(NATIVE, thread->nr, 0);
	for (;;)
		native(NR_EXIT, 0, 0, 0, 0);
}

static void start(struct thread *thread)
{
	thread->tid = 1;
	thread->stop = 0;
	if (start_thread(thread_body, thread, thread->stack + STACK_WORDS, &thread->tid) < 0)
		leave();
}

/* A vfork's child runs on this stack, below this frame: the call that makes it must not be in a function that has returned. */
static __attribute__((noinline)) void branch(char kind, const char *from, const char *to)
{
	static char copy[1 << 16];
	const unsigned long long clone_args[8] = { 0, 0, 0, 0, SIGCHLD };
	const char *arguments[3] = { self, copy, 0 };
	long child, length = to - from;

	if (kind == 'e') {
		for (long place = 0; place < length; place++)
			((volatile char *)copy)[place] = from[place];
		copy[length] = 0;
		native(NR_EXECVE, (long)self, (long)arguments, (long)(arguments + 2), 0);
		leave();
	}
	if (kind == 'y')
		child = native(NR_VFORK, 0, 0, 0, 0);
	else if (kind == 'k')
		child = native(NR_CLONE3, (long)clone_args, 64, 0, 0);
	else
		child = native(NR_FORK, 0, 0, 0, 0);
	if (child == 0) {
		run(from, to);
		leave();
	}
	if (kind != 'd' && child > 0)
		native(NR_WAIT4, child, 0, 0, 0);
}

static __attribute__((noinline)) void guarded_call(enum interface interface, long nr)
{
	const long patience[4] = { 0, 0, 0, PATIENCE_US };
	long child = native(NR_FORK, 0, 0, 0, 0);

	if (child == 0) {
		native(NR_SETSID, 0, 0, 0, 0);
		native(NR_SETITIMER, 0, (long)patience, 0, 0);
		call(interface, nr, 0);
		leave();
	}
	native(NR_WAIT4, child, 0, 0, 0);
}

static enum interface interface_of(char letter)
{
	return letter == 'i' ? I386 : letter == 'x' ? X32 : letter == 'v' ? VDSO : NATIVE;
}

static long number(const char **at)
{
	long value = 0;

	while (**at >= '0' && **at <= '9')
		value = 10 * value + *(*at)++ - '0';
	return value;
}

static const char *closing(const char *at)
{
	for (int depth = 0;; at++) {
		depth += (*at == '(') - (*at == ')');
		if (depth == 0)
			return at;
	}
}

static void sleep_ms(long ms)
{
	const long time[2] = { ms / 1000, ms % 1000 * 1000000 };

	native(NR_SLEEP, (long)time, 0, 0, 0);
}

static void wait_for_word(void)
{
	while (!record->go)
		__builtin_ia32_pause();
	for (int row = 0; row < 3; row++)
		for (int nr = 0; nr < NUMBERS; nr++)
			record->made[row][nr] = 0;
	record->go = 0;
}

/* NULL when all are used up: the block is run where it stands, the hammer left out. */
#ifdef __x86_64__
struct instruction {
	unsigned short code;
	unsigned char if_true, if_false;
	unsigned int value;
};

static volatile int loaded;

static void load_filter(long nr)
{
	struct instruction filter[] = {
		{ 0x20, 0, 0, 0 /* the number */ }, { 0x15, 0, 1, nr }, { 0x06, 0, 0, 0x0005000d }, { 0x06, 0, 0, 0x7fff0000 },
	};
	struct {
		unsigned short length;
		struct instruction *filter;
	} program = { 4, filter };

	native(157 /* prctl */, 38 /* PR_SET_NO_NEW_PRIVS */, 1, 0, 0);
	native(317 /* seccomp */, 1 /* SECCOMP_SET_MODE_FILTER */, 1 /* SECCOMP_FILTER_FLAG_TSYNC */, (long)&program, 0);
	loaded = 1;
}
#endif

static struct thread *new_thread(long nr)
{
	int place = __sync_fetch_and_add(&used, 1);

	if (place >= THREADS)
		return 0;
	threads[place].nr = nr;
	return &threads[place];
}

/* What stands before a bracket, with the block in it. */
static void run_block(char letter, long times, const char *from, const char *to, struct thread **own)
{
	if (letter == 'r') {
		while (times-- > 0)
			run(from, to);
	} else if (letter == 't') {
		*own = new_thread(-1);
		if (!*own) {
			run(from, to);
			return;
		}
		(*own)->from = from;
		(*own)->to = to;
		start(*own);
	} else {
		branch(letter, from, to);
	}
}

static void run_word(char letter, const char **at, struct thread **own)
{
	long nr, every = -1;

	if (letter == 'w') {
		wait_for_word();
	} else if (letter == 'g') {
		letter = *(*at)++;
		guarded_call(interface_of(letter), number(at));
	} else if (letter == 's') {
		sleep_ms(number(at));
#ifdef __x86_64__
	} else if (letter == 'l') {
		load_filter(number(at));
	} else if (letter == 'o') {
		while (!loaded)
			__builtin_ia32_pause();
#endif
	} else if (letter == 'h') {
		*own = new_thread(number(at));
		if (*own)
			start(*own);
	} else {
		nr = number(at);
		if (**at == '=') {
			++*at;
			every = number(at);
		}
		call(interface_of(letter), nr, every);
	}
}

static void run(const char *at, const char *end)
{
	struct thread *own[THREADS];
	int count = 0;

	while (at < end) {
		char letter = *at++;
		const char *opening = at;

		own[count] = 0;
		while (*opening >= '0' && *opening <= '9')
			opening++;
		if (*opening == '(') {
			run_block(letter, number(&at), opening + 1, closing(opening), &own[count]);
			at = closing(opening) + 1;
		} else {
			run_word(letter, &at, &own[count]);
		}
		if (own[count])
			count++;
	}
	for (int place = 0; place < count; place++) {
		own[place]->stop = 1;
		while (own[place]->tid)
			native(NR_YIELD, 0, 0, 0, 0);
	}
}

void begin(long *stack)
{
	const char *script = (const char *)stack[2], *end = script;

#ifdef __i386__
	long *entry = stack + stack[0] + 2;

	while (*entry++)
		;
	for (; entry[0]; entry += 2)
		if (entry[0] == 32 /* AT_SYSINFO */)
			vdso_entry = entry[1];
#endif
	self = (const char *)stack[1];
	map_record();
	while (*end)
		end++;
	run(script, end);
	leave();
}
