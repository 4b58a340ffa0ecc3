/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/* What is asked of the kernel's own structures. The only file that follows their pointers. */
#ifndef FLAK_TASK_H
#define FLAK_TASK_H

#include "follow.h"

#define SECCOMP_MODE_FILTER 2 /* linux/seccomp.h */

static __always_inline struct cgroup *cgroup_of(struct task_struct *task)
{
	return FOLLOW(task, cgroups, dfl_cgrp);
}

static __always_inline __u64 id_of(struct cgroup *cgroup)
{
	return FOLLOW(cgroup, kn, id);
}

/*
 * Of cgroups on the way up, which are rarely looked at: by copies. The verifier looks the type of each pointer that is followed as it is up
 * by name, one after the other, among all types of the kernel (btf_nested_type_is_trusted; seen on 6.18), and in each turn of the loop anew.
 */
static __always_inline __u64 copied_id_of(struct cgroup *cgroup)
{
	return BPF_CORE_READ(cgroup, kn, id);
}

static __always_inline struct cgroup *copied_parent_of(struct cgroup *cgroup)
{
	return (struct cgroup *)BPF_CORE_READ(cgroup, self.parent, cgroup);
}

static __always_inline void copy_name(char *name, __u32 size, struct cgroup *cgroup)
{
	bpf_probe_read_kernel_str(name, size, BPF_CORE_READ(cgroup, kn, name));
}

static __always_inline __u32 mount_ns_of(struct task_struct *task)
{
	return FOLLOW(task, nsproxy, mnt_ns, ns.inum);
}

static __always_inline bool is_filtered(struct task_struct *task)
{
	return FOLLOW(task, seccomp.mode) == SECCOMP_MODE_FILTER;
}

/* The newest filter that the task has loaded or inherited, as a number to compare. */
static __always_inline __u64 filter_of(struct task_struct *task)
{
	__u64 filter = 0;

	bpf_core_read(&filter, sizeof(filter), &task->seccomp.filter);
	return filter;
}

static __always_inline int process_of(struct task_struct *task)
{
	return FOLLOW(task, tgid);
}

static __always_inline __u64 start_of(struct task_struct *task)
{
	return FOLLOW(task, start_boottime);
}

static __always_inline unsigned long arguments_begin(struct task_struct *task)
{
	return FOLLOW(task, mm, arg_start);
}

static __always_inline unsigned long arguments_end(struct task_struct *task)
{
	return FOLLOW(task, mm, arg_end);
}

static __always_inline bool is_script(struct linux_binprm *program)
{
	return program->interp != program->filename;
}

#endif
