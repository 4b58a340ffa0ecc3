/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/*
 * The few kernel fields the ledger reads. Offsets are not these: every access is relocated against the
 * running kernel's BTF when the object is loaded (CO-RE), so nothing here depends on the machine that compiles.
 */
#ifndef FLAK_KERNEL_TYPES_H
#define FLAK_KERNEL_TYPES_H

#include <linux/types.h>
#include <stdbool.h>

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)

struct kernfs_node {
	const char *name;
	__u64 id; /* the cgroup id: the inode number of its directory, 64 bits since 5.5 */
};

struct cgroup;

struct cgroup_subsys_state {
	struct cgroup *cgroup;
	struct cgroup_subsys_state *parent;
};

struct cgroup {
	struct cgroup_subsys_state self; /* its parent leads to the parent cgroup, on every kernel since 3.15 */
	struct kernfs_node *kn;
};

struct css_set {
	struct cgroup *dfl_cgrp; /* the cgroup in the v2 hierarchy */
};

struct ns_common {
	unsigned int inum;
};

struct mnt_namespace {
	struct ns_common ns;
};

struct nsproxy {
	struct mnt_namespace *mnt_ns;
};

struct seccomp_filter;

struct seccomp {
	int mode;
	struct seccomp_filter *filter; /* the newest one loaded; older ones hang behind it */
};

struct thread_info {
	unsigned long flags;
	__u32 status; /* x86 only */
};

struct mm_struct {
	unsigned long arg_start; /* the argument area of its program: strings with their NULs, one behind the other */
	unsigned long arg_end;
};

struct task_struct {
	struct thread_info thread_info;
	int tgid;
	struct mm_struct *mm;
	__u64 start_boottime;
	struct nsproxy *nsproxy;
	struct seccomp seccomp;
	struct css_set *cgroups;
};

struct pt_regs {
#if defined(__TARGET_ARCH_x86)
	unsigned long bp, bx, r10, r9, r8, cx, dx, si, di, orig_ax;
#elif defined(__TARGET_ARCH_arm64)
	__u64 regs[31];
	__u64 orig_x0; /* regs[0] at the entry: that place is the answer's */
	__s32 syscallno;
#else
#error "the ledger knows x86_64 and aarch64"
#endif
};

struct linux_binprm {
	const char *filename; /* what was asked for */
	const char *interp;   /* what is executed: the same pointer, but for a script */
};

#pragma clang attribute pop

#endif
