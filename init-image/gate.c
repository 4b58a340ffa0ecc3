// SPDX-License-Identifier: Apache-2.0
/*
 * The gate: the first init container of a target. It holds the target's own containers back until the tracer is armed,
 * so that they are recorded from their first instruction.
 *
 *	gate [--opening=FILE] --signal=FILE --timeout=SECONDS [--fail-closed]
 *
 * It polls. A gate that slept until it was woken would make no system calls, and the tracer opens it only after it has
 * seen this very process call the kernel: that is its proof that it watches the right cgroup.
 *
 *	--opening	opens as soon as FILE exists. The tracer makes it in a directory of the node that carries the pod's UID.
 *	--signal	opens when FILE says "open", or "release:REASON" (no trace can happen). The kubelet writes it from the
 *			annotation flak.dev/gate, replacing the whole directory by a symlink, so it is opened anew each time.
 *	--timeout	opens after 1 to 86400 seconds all the same.
 *	--fail-closed	neither release nor timeout opens.
 *
 * Exit status: 0, so that Flak never fails a pod; with --fail-closed 1 for every end that is no opening by the tracer.
 * That goes for arguments it can't understand too: an old gate under a newer control plane lets the target start.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define POLL_NS		(10 * 1000 * 1000L)
#define NOTICE_MS	3000
#define MAX_TIMEOUT_S	86400
#define MAX_SIGNAL	128

struct gate {
	const char *opening;
	const char *signal;
	long timeout_s;
	bool fail_closed;
};

enum verdict { WAIT, OPENED, RELEASED };

static volatile sig_atomic_t terminated;

static void on_sigterm(int signo)
{
	(void)signo;
	terminated = 1;
}

/* One line, one write: lines of several containers never mix. A log that can't be written must not fail the pod. */
__attribute__((format(printf, 1, 2))) static void say(const char *format, ...)
{
	char line[512] = "flak-gate: ";
	size_t used = strlen(line);
	va_list args;
	int n;

	va_start(args, format);
	n = vsnprintf(line + used, sizeof(line) - used - 1, format, args);
	va_end(args);
	if (n < 0)
		return;
	used += (size_t)n < sizeof(line) - used - 1 ? (size_t)n : sizeof(line) - used - 2;
	line[used++] = '\n';
	if (write(STDOUT_FILENO, line, used) < 0)
		return;
}

/* CLOCK_MONOTONIC: a clock that is set while we wait neither opens the gate nor keeps it shut. */
static long now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000L + now.tv_nsec / 1000000L;
}

static bool value_of(const char *arg, const char *name, const char **value)
{
	size_t length = strlen(name);

	if (strncmp(arg, name, length) != 0 || arg[length] == '\0')
		return false;
	*value = arg + length;
	return true;
}

static bool parse_seconds(const char *text, long *seconds)
{
	char *end;

	if (*text < '0' || *text > '9')
		return false;
	errno = 0;
	*seconds = strtol(text, &end, 10);
	return errno == 0 && *end == '\0' && *seconds >= 1 && *seconds <= MAX_TIMEOUT_S;
}

/* fail_closed is looked for first, since it decides what an argument that is wrong elsewhere leads to. */
static bool parse_arguments(int argc, char **argv, struct gate *gate)
{
	const char *seconds = NULL;

	for (int i = 1; i < argc; i++)
		if (strcmp(argv[i], "--fail-closed") == 0)
			gate->fail_closed = true;
	for (int i = 1; i < argc; i++) {
		if (strcmp(argv[i], "--fail-closed") == 0 || value_of(argv[i], "--opening=", &gate->opening) ||
		    value_of(argv[i], "--signal=", &gate->signal) || value_of(argv[i], "--timeout=", &seconds))
			continue;
		say("bad argument \"%.64s\": expected --opening=FILE, --signal=FILE, --timeout=SECONDS or --fail-closed",
		    argv[i]);
		return false;
	}
	if (!gate->opening && !gate->signal) {
		say("bad arguments: neither --opening=FILE nor --signal=FILE is given, so nothing could open the gate");
		return false;
	}
	if (!seconds || !parse_seconds(seconds, &gate->timeout_s)) {
		say("bad arguments: --timeout=SECONDS is missing or not a number from 1 to %d", MAX_TIMEOUT_S);
		return false;
	}
	return true;
}

/* The annotation is anyone's who may patch the pod: only what a reason may consist of reaches the log. */
static void keep_reason(const char *text, char reason[MAX_SIGNAL])
{
	size_t n = strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789-");

	if (n >= MAX_SIGNAL)
		n = MAX_SIGNAL - 1;
	memcpy(reason, text, n);
	reason[n] = '\0';
}

static enum verdict read_signal(const char *path, char reason[MAX_SIGNAL])
{
	char text[MAX_SIGNAL];
	ssize_t n;
	int fd;

	fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0)
		return WAIT;
	n = read(fd, text, sizeof(text) - 1);
	close(fd);
	if (n <= 0)
		return WAIT;
	if (text[n - 1] == '\n')
		n--;
	text[n] = '\0';
	if (strcmp(text, "open") == 0)
		return OPENED;
	if (strncmp(text, "release:", 8) != 0)
		return WAIT;
	keep_reason(text + 8, reason);
	return RELEASED;
}

static enum verdict poll_media(const struct gate *gate, char reason[MAX_SIGNAL])
{
	enum verdict verdict;

	if (gate->opening && access(gate->opening, F_OK) == 0)
		return OPENED;
	verdict = gate->signal ? read_signal(gate->signal, reason) : WAIT;
	return verdict == RELEASED && gate->fail_closed ? WAIT : verdict;
}

static void say_waiting(const struct gate *gate, long left_ms)
{
	time_t deadline = time(NULL) + left_ms / 1000;
	char until[sizeof("2026-01-01T00:00:00Z")];
	struct tm utc;

	if (!gmtime_r(&deadline, &utc) || !strftime(until, sizeof(until), "%Y-%m-%dT%H:%M:%SZ", &utc))
		return;
	say("still waiting for Flak's tracer on this node to be armed; %s at %s at the latest",
	    gate->fail_closed ? "the policy is fail-closed, so this container fails" :
				"the target's containers start without a trace",
	    until);
}

static int end_waiting(const struct gate *gate, enum verdict verdict, const char *reason, long waited_ms)
{
	long s = waited_ms / 1000, ms = waited_ms % 1000;

	if (verdict == OPENED) {
		say("opened after %ld.%03ld s: the tracer is armed", s, ms);
		return 0;
	}
	if (verdict == RELEASED)
		say("released after %ld.%03ld s without a trace: %s", s, ms, *reason ? reason : "no reason given");
	else if (terminated)
		say("terminated after %ld.%03ld s, before the tracer was armed", s, ms);
	else
		say("timed out after %ld.%03ld s: %s", s, ms,
		    gate->fail_closed ? "the tracer was not armed, and the policy is fail-closed" :
					"the target's containers start without a trace");
	return gate->fail_closed ? 1 : 0;
}

static int wait_for_opening(const struct gate *gate)
{
	const struct timespec pause = { .tv_nsec = POLL_NS };
	const long start = now_ms(), timeout_ms = gate->timeout_s * 1000;
	char reason[MAX_SIGNAL] = "";
	enum verdict verdict;
	bool noticed = false;
	long waited;

	for (;;) {
		verdict = poll_media(gate, reason);
		waited = now_ms() - start;
		if (verdict != WAIT || terminated || waited >= timeout_ms)
			return end_waiting(gate, verdict, reason, waited);
		if (!noticed && waited >= NOTICE_MS) {
			say_waiting(gate, timeout_ms - waited);
			noticed = true;
		}
		nanosleep(&pause, NULL); /* a signal ends it early, which is what we want */
	}
}

int main(int argc, char **argv)
{
	/* PID 1 of its namespace gets no signal that it has not asked for. */
	const struct sigaction on_term = { .sa_handler = on_sigterm }, ignore = { .sa_handler = SIG_IGN };
	struct gate gate = { 0 };

	sigaction(SIGTERM, &on_term, NULL);
	sigaction(SIGPIPE, &ignore, NULL);
	if (!parse_arguments(argc, argv, &gate))
		return gate.fail_closed ? 1 : 0;
	return wait_for_opening(&gate);
}
