// SPDX-License-Identifier: Apache-2.0
/*
 * Starts a command inside a cgroup that the ledger watches already. Node can't: what it forks is in Node's own cgroup.
 *
 *	launch --cgroup=FILE [--open-files=N] [--user=UID:GID:GROUP,GROUP…] [--filter] -- COMMAND [ARGUMENT …]
 *
 *	--cgroup	moves this process into the cgroup by its cgroup.procs
 *	--open-files	lowers the soft limit of open files to this, which Node has raised to the hard one for itself
 *	--user		becomes this user; without it, it stays who it is
 *	--filter	loads the seccomp program that file descriptor 4 holds (struct sock_filter, as libseccomp exports it)
 *
 * Descriptor 3 closes when the command is executed; else it says "STEP ERRNO" first. The exit status is 127 then.
 *
 * The ledger tells set-up from the command by the process that changes its root and then executes a program
 * (tracer/ledger/caller.h). A chroot to nowhere is such a change in its eyes, and none in anyone else's: EFAULT.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#define REPORT 3
#define FILTER 4
#define MAX_GROUPS 65536 /* NGROUPS_MAX of the kernel */

struct wish {
	const char *cgroup;
	const char *user;
	const char *open_files;
	int filter;
	char **command;
};

/*
 * By one plain write, which a filter is likelier to allow than what stdio uses. A filter may deny even to end, and _exit would then try
 * for ever: an instruction that there isn't ends every process.
 */
static void fail(const char *step)
{
	char line[64];
	int length = snprintf(line, sizeof(line), "%s %d\n", step, errno);
	ssize_t written = write(REPORT, line, length);

	syscall(SYS_exit_group, written < 0 ? 126 : 127);
	__builtin_trap();
}

static void fail_usage(void)
{
	errno = EINVAL;
	fail("arguments");
}

static struct wish parse(char **argument)
{
	struct wish wish = {0};

	for (argument++; *argument && strcmp(*argument, "--"); argument++) {
		if (!strncmp(*argument, "--cgroup=", 9))
			wish.cgroup = *argument + 9;
		else if (!strncmp(*argument, "--open-files=", 13))
			wish.open_files = *argument + 13;
		else if (!strncmp(*argument, "--user=", 7))
			wish.user = *argument + 7;
		else if (!strcmp(*argument, "--filter"))
			wish.filter = 1;
		else
			fail_usage();
	}
	if (!wish.cgroup || !*argument || !argument[1])
		fail_usage();
	wish.command = argument + 1;
	return wish;
}

/* Writing 0 moves the writer (Documentation/admin-guide/cgroup-v2.rst). */
static void enter_cgroup(const char *procs)
{
	int file = open(procs, O_WRONLY | O_CLOEXEC);

	if (file < 0 || write(file, "0", 1) != 1)
		fail("cgroup");
	close(file);
}

static unsigned long number(const char **text)
{
	char *end;
	unsigned long value;

	errno = 0;
	value = strtoul(*text, &end, 10);
	if (errno || end == *text)
		fail_usage();
	*text = *end ? end + 1 : end;
	return value;
}

/* Programs that use select(2), or close all descriptors one by one, count on the limit that they are started with. */
static void limit_open_files(const char *text)
{
	struct rlimit limit;
	unsigned long wanted = number(&text);

	if (getrlimit(RLIMIT_NOFILE, &limit))
		fail("arguments");
	if (wanted < limit.rlim_cur)
		limit.rlim_cur = wanted;
	if (setrlimit(RLIMIT_NOFILE, &limit))
		fail("arguments");
}

/* Capabilities go with the user, unless a filter has still to be loaded: then they go with the exec (capabilities(7)). */
static void become(const char *user, int keep_capabilities)
{
	static gid_t groups[MAX_GROUPS];
	unsigned long uid = number(&user);
	unsigned long gid = number(&user);
	size_t count = 0;

	while (*user && count < MAX_GROUPS)
		groups[count++] = number(&user);
	if (keep_capabilities && prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0))
		fail("user");
	if (setgroups(count, groups) || setresgid(gid, gid, gid) || setresuid(uid, uid, uid))
		fail("user");
}

/* A filter may be loaded with CAP_SYS_ADMIN, or by who can gain no privileges any more (seccomp(2)); the first changes nothing else. */
static void claim_right_to_filter(void)
{
	struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
	struct __user_cap_data_struct sets[2];

	if (syscall(SYS_capget, &header, sets))
		fail("filter");
	if (sets[0].permitted & (1U << CAP_SYS_ADMIN)) {
		sets[0].effective |= 1U << CAP_SYS_ADMIN;
		if (syscall(SYS_capset, &header, sets))
			fail("filter");
	} else if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)) {
		fail("filter");
	}
}

static void load_filter(void)
{
	static struct sock_filter instructions[BPF_MAXINSNS];
	ssize_t size = pread(FILTER, instructions, sizeof(instructions), 0);
	struct sock_fprog program = {.filter = instructions};

	if (size <= 0 || size % sizeof(instructions[0]))
		fail("filter");
	program.len = size / sizeof(instructions[0]);
	close(FILTER);
	claim_right_to_filter();
	if (syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program))
		fail("filter");
}

int main(int count, char **arguments)
{
	struct wish wish;

	(void)count;
	fcntl(REPORT, F_SETFD, FD_CLOEXEC);
	wish = parse(arguments);
	enter_cgroup(wish.cgroup);
	if (wish.open_files)
		limit_open_files(wish.open_files);
	syscall(SYS_chroot, NULL);
	if (wish.user)
		become(wish.user, wish.filter);
	if (wish.filter)
		load_filter();
	execvp(wish.command[0], wish.command);
	fail("command");
}
