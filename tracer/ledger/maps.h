/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/*
 * Every map, who writes it, how large it is, and why nothing is lost in it. Pinned, but for the caches (untraced,
 * verdicts, taken), the scratch space (commands), the table of watched arguments and the state of tasks (callers), which live as long as the programs.
 */
#ifndef FLAK_MAPS_H
#define FLAK_MAPS_H

#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
#include "kernel_types.h"
#include "ledger.h"

/*
 * Bumped by tracers, under the lock, after each change of `targets`: a verdict of another generation is void.
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
 * who hear of it when it is full. Read when a verdict is made and when a newcomer executes, never on the path of a call.
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

/* Where a cgroup belongs. */
struct place {
	__u64 container;
	__u32 slot_generation;
	__u16 slot;    /* NO_SLOT: not traced */
	__u8 serving;  /* 1: the container has been marked */
	__u8 unused;
};

#define SEEN_WORDS (ORIGINS * SYSCALLS / 64)

/*
 * Three caches in front of the truth, per CPU and direct-mapped by cgroup id. The programs hold the CPU (hold.h), so nobody else
 * reads or writes an entry while it is looked at, and it needs no atomics. Entries of another generation are void; two
 * cgroups that share an entry take turns, at the cost of a walk. Nothing can be lost here: a miss asks the truth.
 * Cheaper than cgroup local storage (whose lookup takes a lock of sorts), and there on every kernel that has BTF.
 */
#define UNTRACED 512 /* 8 kB per CPU: untraced cgroups, that is most of a node's */
#define VERDICTS 32  /* 15 kB per CPU: cgroups in traced pods */

struct untraced {
	__u64 cgroup;
	__u64 generation;
};

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, UNTRACED);
	__type(key, __u32);
	__type(value, struct untraced);
} untraced SEC(".maps");

/* Where a traced cgroup belongs, and which calls this CPU knows to be in their row already. */
struct verdict {
	__u64 cgroup;
	__u64 generation;
	struct place place;
	__u64 seen[SEEN_WORDS]; /* one bit per origin and number of the native interface */
};

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, VERDICTS);
	__type(key, __u32);
	__type(value, struct verdict);
} verdicts SEC(".maps");

/* A tuple that this CPU knows to be in its slot. Compared whole: two that share an entry take turns, at the cost of a look at the truth. */
#define TAKEN 256 /* 12 kB per CPU */

struct taken {
	__u64 generation;
	struct tuple_key key;
};

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, TAKEN);
	__type(key, __u32);
	__type(value, struct taken);
} taken SEC(".maps");

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

/*
 * State of a traced task (thread). Written by the task itself and, before it first runs, by the task that forks it.
 * Freed with the task. No memory: counted as origin_unknown, and tried again at the next call.
 */
struct caller {
	__u64 container; /* a task that is moved to another container is a newcomer there */
	__u64 first_filter; /* the seccomp filter it came with, as a number */
	__u32 slot_generation;
	__u8 origin;
	__u8 entered; /* a sys_enter whose sys_exit has not come yet */
	__u8 born_here; /* forked by a task of the container, not moved into it */
	__u8 hook; /* has executed a program during set-up without being the container's init, or its ancestor has */
};

struct {
	__uint(type, BPF_MAP_TYPE_TASK_STORAGE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, int);
	__type(value, struct caller);
} callers SEC(".maps");

#endif
