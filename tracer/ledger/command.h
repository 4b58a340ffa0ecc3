/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/*
 * Whether a program that joins a running container is a probe or hook of the pod: by a hash of its arguments (FNV-1a, 64 bits, over
 * all strings with their NULs), which the tracer has computed from the pod's spec. profile/exec-hash.ts is the other half.
 */
#ifndef FLAK_COMMAND_H
#define FLAK_COMMAND_H

#include "maps.h"
#include "place.h"
#include "task.h"

#define FNV_BASIS 0xcbf29ce484222325ULL
#define FNV_PRIME 0x100000001b3ULL

/* The kernel puts at most this much in front of a script's path: BINPRM_BUF_SIZE (linux/binfmts.h), and so much of the path is looked at. */
#define FIRST_BYTES 256
#define MAX_IN_FRONT 4 /* an interpreter and its option; twice, for a script that a script interprets */

/*
 * Global functions: the verifier looks at each once, not at each place where it is called. So 64 times 64 bytes cost it as much as 128, and
 * the first pod of a node doesn't wait for it.
 */
#define CHUNK_BYTES 64

__noinline __u64 hash_chunk(__u32 from, __u32 end, __u64 hash)
{
	__u32 only = 0;
	struct command *command = bpf_map_lookup_elem(&commands, &only);

	if (!command)
		return 0;
	for (__u32 step = 0; step < CHUNK_BYTES; step++) {
		if (from + step >= end)
			break;
		hash = (hash ^ command->bytes[(from + step) & (COMMAND_BYTES - 1)]) * FNV_PRIME;
	}
	return hash;
}

__noinline __u64 hash_arguments(__u32 from, __u32 end, __u64 hash)
{
	for (__u32 chunk = 0; chunk < COMMAND_BYTES / CHUNK_BYTES; chunk++)
		hash = hash_chunk(from + chunk * CHUNK_BYTES, end, hash);
	return hash;
}

/* The place behind the first such byte; `end` where none is near. */
__noinline __u32 find_after(__u32 from, __u32 end, __u32 byte)
{
	__u32 only = 0;
	struct command *command = bpf_map_lookup_elem(&commands, &only);

	if (!command)
		return end;
	for (__u32 step = 0; step < FIRST_BYTES; step++) {
		if (from + step >= end)
			break;
		if (command->bytes[(from + step) & (COMMAND_BYTES - 1)] == (__u8)byte)
			return from + step + 1;
	}
	return end;
}

/* Where the last part of the path begins that the string is. */
static __always_inline __u32 base_of(__u32 from, __u32 end)
{
	__u32 behind = find_after(from, end, 0), base = from;

	for (int part = 0; part < 16; part++) {
		__u32 next = find_after(base, behind, '/');

		if (next == behind)
			break;
		base = next;
	}
	return base;
}

/*
 * Copies the arguments of the current task's program. 0: there are none, or more than COMMAND_BYTES, which nothing matches; or the kernel
 * has just put a page of them away, and nobody may wait for it here.
 */
static __always_inline __u32 copy_arguments(struct task_struct *task, const struct place *place)
{
	__u32 only = 0;
	struct command *command = bpf_map_lookup_elem(&commands, &only);
	unsigned long begin = arguments_begin(task), length = arguments_end(task) - begin;

	if (!command || length == 0 || length > COMMAND_BYTES)
		return 0;
	if (bpf_probe_read_user(command->bytes, length, (const void *)begin)) {
		COUNT(place->slot, origin_unknown);
		return 0;
	}
	return length;
}

/*
 * The kernel starts a script as `interpreter [option] path arguments…`. A command whose first word has no slash was looked up in PATH: it is
 * known by the path's last part, which no command with a slash can be taken for.
 */
static __noinline bool is_marked_script(const struct place *place, __u32 end)
{
	__u32 from = 0;

	for (int string = 0; string < MAX_IN_FRONT; string++) {
		from = find_after(from, end, 0);
		if (from >= end)
			return false;
		if (is_marked(place, hash_arguments(from, end, FNV_BASIS), MARK_COMMAND))
			return true;
		if (is_marked(place, hash_arguments(base_of(from, end), end, FNV_BASIS), MARK_COMMAND))
			return true;
	}
	return false;
}

/* To be asked by the task itself, at its exec. */
static __always_inline bool is_marked_command(struct task_struct *task, struct linux_binprm *program,
					      const struct place *place)
{
	__u32 end = copy_arguments(task, place);

	if (!end)
		return false;
	if (!is_script(program))
		return is_marked(place, hash_arguments(0, end, FNV_BASIS), MARK_COMMAND);
	return is_marked_script(place, end);
}

#endif
