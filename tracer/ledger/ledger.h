/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/*
 * The layout of everything that is pinned. layout.ts reads the same bytes; a change here is a new LEDGER_LAYOUT
 * there, so that an older and a newer tracer on one node never read each other's maps.
 */
#ifndef FLAK_LEDGER_H
#define FLAK_LEDGER_H

#include <linux/types.h>

#define SLOTS 256	  /* traced pods per node, far above the cap of the control plane */
#define SYSCALLS 576	  /* numbers per row, MAX_SYSCALLS of profile/recording.ts; the tables end at 547 (x32) */
#define ROWS 256	  /* per slot: containers x interfaces x origins */
#define CONTAINERS 128	  /* per slot: the pause container, each container, each restart */
#define TARGETS 1024	  /* pod cgroups: up to four per slot */
#define NAME_LENGTH 128	  /* of a cgroup's directory; a runtime's prefix, 64 hex digits and a suffix fit */
#define MARKS 256	  /* per slot: containers that serve, commands of probes and hooks */
#define TUPLES 4096	  /* per slot: distinct values of watched arguments */
#define TUPLES_PER_CALL 32 /* per container, interface, origin and number; above that a call is wide */
#define WATCHED 64	  /* calls per interface whose arguments are watched, at most */
#define MAX_DEPTH 64	  /* cgroups nested below a pod that are still found to be the pod's */
#define NO_SLOT 0xffff

enum abi { ABI_X86_64, ABI_I386, ABI_X32, ABI_AARCH64, ABIS };

enum origin {
	ORIGIN_SETUP,
	ORIGIN_RUNTIME_FILTERED,
	ORIGIN_STARTUP,
	ORIGIN_SERVING,
	ORIGIN_EXEC_PROBE,
	ORIGIN_EXEC_FOREIGN,
	ORIGINS
};

/* One row per container, interface and origin. */
struct row_key {
	__u64 container; /* cgroup id of the container: the cgroup right below the pod's */
	__u8 abi;
	__u8 origin;
	__u8 unused[6]; /* zero: hashes compare bytes */
};

struct row {
	__u64 first_seen_ns[SYSCALLS];	 /* boot clock; 0: never entered */
	__u64 first_denied_ns[SYSCALLS]; /* boot clock; 0: never answered by a filter */
	__u16 denied_errno[SYSCALLS];	 /* what the first denied call returned */
	__u32 tuples[WATCHED];		 /* how many tuples are kept of each watched call; above TUPLES_PER_CALL: wide */
};

/* Which arguments a tuple speaks of. */
struct form {
	__u8 indices[3]; /* ascending; unused ones are 0 */
	__u8 count;	 /* 0: none, the call is not watched */
} __attribute__((aligned(4)));

/* What is watched of one call number of one interface. Written by the loading tracer before the programs are attached. */
struct watch {
	struct form form;
	__u8 whole;   /* one bit per place in `indices`: the whole register counts, not its low 32 bits alone */
	__u8 ordinal; /* its place in row.tuples */
	__u8 unused[2];
} __attribute__((aligned(8)));

/* One tuple of values that a watched call was made with. It says itself which arguments they are. */
struct tuple_key {
	__u64 container;
	__u16 nr;
	__u8 abi;
	__u8 origin;
	struct form form;
	__u64 values[3]; /* in the order of the form's indices; unused ones are 0 */
};

enum mark_kind { MARK_SERVING, MARK_COMMAND };

/* What tracers tell the programs about a slot. */
struct mark_key {
	__u64 subject; /* the cgroup id of a container that serves, or the hash of a probe's or hook's command (command.h) */
	__u32 kind;
	__u32 unused; /* zero: hashes compare bytes */
};

/* Written by the programs; what runs already at arming is told them by the joining tracer. */
struct container {
	char name[NAME_LENGTH]; /* of the cgroup's directory */
	__u64 first_seen_ns;
	__u64 started_ns; /* boot clock; 0: set-up has not ended, or the container is older than the slot */
	__s32 init_tgid;  /* the runtime's process that changed the root: its next exec ends set-up */
	__u32 mount_ns;	  /* inode number of its mount namespace; 0: still being set up */
};

/* Whose pod a slot is. Written by tracers alone, under the lock. */
struct slot {
	__u8 pod_uid[16];
	__u64 cgroup_ids[4];	/* 0 where unused */
	__u64 armed_ns;		/* boot clock; all ones while joining: whoever is met then was there before */
	__u64 gone_since_ns;	/* when a joiner first found all the cgroups gone; 0: not yet */
	__u64 misses_before;	/* calls that the kernel had not run the programs for when the slot was armed */
	__u32 slot_generation;	/* the generation that the join began with: differs for each use of a slot */
	__u32 in_use;
};

/* What went wrong or on in a slot. Zeroed by the joining tracer, then only ever added to by the programs. */
struct counters {
	__u64 first_sights;
	__u64 full;	      /* a row or container found no room */
	__u64 origin_unknown; /* the kernel had no memory for a caller's state */
	__u64 out_of_range;   /* a number above SYSCALLS, or an interface without a table */
};

struct target {
	__u32 slot;
	__u32 slot_generation;
};

#endif
