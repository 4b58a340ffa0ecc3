/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/*
 * Every map, who writes it, how large it is, and why nothing is lost in it. Pinned, but for the answers kept
 * (untraced), the scratch space (commands), the table of watched arguments and the state of tasks (callers), which live as long as the programs.
 */
#ifndef FLAK_MAPS_H
#define FLAK_MAPS_H

#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
#include "kernel_types.h"
#include "ledger.h"

/*
 * Bumped by tracers, under the lock, after each change of `targets`: an answer of another generation is void.
 * Alone in .bss, which is pinned as `generation`.
 */
__u64 generation;

/* What a new row begins as. Too large for the stack; in .rodata. */
static const struct row empty_row;

/*
 * The truth. Inner maps are made by the joining tracer, so their memory (2.8 MB, preallocated: an insert allocates nothing and
 * fails only when all ROWS are taken, which is counted) is charged to it; they outlive the cgroups they speak of.
 * Rows are written by the programs: a place that is 0 is set to the time, once. Two CPUs that do so at
 * once write the same fact; nothing is ever cleared, so nothing can be lost however fast the calls come.
 */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY_OF_MAPS);
	__uint(max_entries, SLOTS);
	__type(key, __u32);
	__array(values, struct {
		__uint(type, BPF_MAP_TYPE_HASH);
		__uint(max_entries, ROWS);
		__uint(key_size, sizeof(struct row_key));
		__uint(value_size, sizeof(struct row));
	});
} slot_rows SEC(".maps");

/* Which containers a slot has met, by cgroup id. Made, sized and charged like slot_rows (20 kB). */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY_OF_MAPS);
	__uint(max_entries, SLOTS);
	__type(key, __u32);
	__array(values, struct {
		__uint(type, BPF_MAP_TYPE_HASH);
		__uint(max_entries, CONTAINERS);
		__uint(key_size, sizeof(__u64));
		__uint(value_size, sizeof(struct container));
	});
} slot_containers SEC(".maps");

/*
 * Which values the watched arguments had. Made and charged like slot_rows (480 kB). A tuple is inserted once and never changed; the value
 * is the time. Where the map is full, or TUPLES_PER_CALL are there, the row's count says that the call is wide: nothing is cut silently.
 */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY_OF_MAPS);
	__uint(max_entries, SLOTS);
	__type(key, __u32);
	__array(values, struct {
		__uint(type, BPF_MAP_TYPE_HASH);
		__uint(max_entries, TUPLES);
		__uint(key_size, sizeof(struct tuple_key));
		__uint(value_size, sizeof(__u64));
	});
} slot_tuples SEC(".maps");

/*
 * Which containers serve, and which commands are those of probes and hooks. Made and charged like slot_rows (25 kB), written by tracers alone,
 * who hear of it when it is full. Read when a task is met anew and when a newcomer executes, never on the path of a call.
 */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY_OF_MAPS);
	__uint(max_entries, SLOTS);
	__type(key, __u32);
	__array(values, struct {
		__uint(type, BPF_MAP_TYPE_HASH);
		__uint(max_entries, MARKS);
		__uint(key_size, sizeof(struct mark_key));
		__uint(value_size, sizeof(__u64));
	});
} slot_marks SEC(".maps");

/*
 * What is watched, by interface and number: 18 kB. Written by the tracer that loads the programs, before they are attached, and never
 * again: a changed table is a new LEDGER_LAYOUT.
 */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, ABIS * SYSCALLS);
	__type(key, __u32);
	__type(value, struct watch);
} watches SEC(".maps");

/* Whose slot it is: 80 bytes each. Written by tracers under the lock, read by the programs for `armed_ns`. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, SLOTS);
	__type(key, __u32);
	__type(value, struct slot);
} directory SEC(".maps");

/* Added to by the programs atomically: no increment is lost. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, SLOTS);
	__type(key, __u32);
	__type(value, struct counters);
} slot_counters SEC(".maps");

/* Pod cgroup id to slot. Written by tracers under the lock; full means that no more than four cgroups a slot were asked for. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, TARGETS);
	__type(key, __u64);
	__type(value, struct target);
} targets SEC(".maps");

/*
 * Which cgroups are not traced: that is most of a node's. A word holds the cgroup's id and the generation that the answer was found under; an answer
 * of another generation is void. Two cgroups that share a word take turns, at the cost of a walk: a miss asks the truth. Shared by all CPUs,
 * read and written whole, so nobody can see half an answer; the generation's low 24 bits do, 16 million joins and leaves. In a section of its own,
 * 64 kB, not pinned.
 */
#define UNTRACED_BITS 13
#define CGROUP_BITS 40 /* ids of cgroups count up, and have not come that far: a larger one is not kept here */

__u64 untraced[1 << UNTRACED_BITS] SEC(".data.untraced");

/* The arguments of the program that is being executed on this CPU; too large for the stack. Nothing in it outlives the exec. */
#define COMMAND_BYTES 4096

struct command {
	__u8 bytes[COMMAND_BYTES];
};

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct command);
} commands SEC(".maps");

/* Where a task belongs. */
struct place {
	__u64 container;
	__u32 slot_generation;
	__u16 slot;    /* NO_SLOT: not traced */
	__u8 serving;  /* 1: the container has been marked */
	__u8 unused;
};

/* One tuple of a watched call. */
struct known {
	__u64 call; /* its number, and 1: no entry is 0 */
	__u64 values[3];
};

#define KNOWN_BITS 3
#define SEEN_WORDS (SYSCALLS / 64)

#define ANY_NR 0xffff /* a call that was under way when its task was met */

/*
 * State of a traced task (thread), and its caches in front of the truth: where it belongs, what it is known to have called. Written by the
 * task itself and, before it first runs, by the task that forks it: so nobody else reads or writes it meanwhile, on any kernel, and it
 * needs neither locks nor atomics. A child begins with what its parent is known to have called. 400 bytes, freed with the task. No memory:
 * counted as origin_unknown, and tried again at the next call.
 */
struct caller {
	struct place place; /* a task that is moved to another container is a newcomer there */
	__u64 cgroup;	    /* whose place that is … */
	__u64 generation;   /* … and as of when */
	__u64 first_filter; /* the seccomp filter it came with, as a number */
	__u8 origin;
	__u8 entered; /* a sys_enter whose sys_exit has not come yet */
	__u8 born_here; /* forked by a task of the container, not moved into it */
	__u8 hook; /* has executed a program during set-up without being the container's init, or its ancestor has */
	__u8 seen_abi;	  /* What follows holds for this interface and origin, and is forgotten when another one is met. */
	__u8 seen_origin;
	__u16 entered_nr; /* the lower half of what was entered last, or ANY_NR */
	__u64 seen[SEEN_WORDS]; /* one bit per number: stands in the row, and nothing can be added */
	struct known known[1 << KNOWN_BITS]; /* tuples that are in the slot's; those that share an entry take turns */
};

#endif
