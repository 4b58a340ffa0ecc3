/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/* Where the state of a traced task is kept: in the task's own storage, or where the kernel has none, as 5.10, in a hash. */
#ifndef FLAK_STATE_H
#define FLAK_STATE_H

#include "maps.h"

#ifdef WITHOUT_TASK_STORAGE

#define CALLERS 8192 /* traced threads of a node at a time: 4 MB, preallocated; one more counts as origin_unknown */

/*
 * By the task's address, which it keeps all its life, whatever exec does to its number. An entry goes when its task exits (forget_caller), before
 * the address can be another's: these kernels leave no program out, not even one that another program on the CPU has interrupted.
 */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, CALLERS);
	__type(key, __u64);
	__type(value, struct caller);
} callers SEC(".maps");

/* What a state begins as. Too large for the stack; in .rodata. */
static const struct caller new_caller;

static __always_inline struct caller *caller_of(struct task_struct *task)
{
	__u64 address = (__u64)task;

	return bpf_map_lookup_elem(&callers, &address);
}

static __always_inline struct caller *create_caller(struct task_struct *task)
{
	__u64 address = (__u64)task;

	bpf_map_update_elem(&callers, &address, &new_caller, BPF_NOEXIST);
	return bpf_map_lookup_elem(&callers, &address);
}

static __always_inline void forget_caller(struct task_struct *task)
{
	__u64 address = (__u64)task;

	bpf_map_delete_elem(&callers, &address);
}

#else

struct {
	__uint(type, BPF_MAP_TYPE_TASK_STORAGE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, int);
	__type(value, struct caller);
} callers SEC(".maps");

static __always_inline struct caller *caller_of(struct task_struct *task)
{
	return bpf_task_storage_get(&callers, task, NULL, 0);
}

static __always_inline struct caller *create_caller(struct task_struct *task)
{
	return bpf_task_storage_get(&callers, task, NULL, BPF_LOCAL_STORAGE_GET_F_CREATE);
}

#endif

#endif
