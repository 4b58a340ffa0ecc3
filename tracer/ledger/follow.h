/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/*
 * Following pointers of the kernel's structures: FOLLOW(task, cgroups, dfl_cgrp) is task->cgroups->dfl_cgrp. Kernels that know task storage
 * also know the type of the current task and let the programs follow its pointers as they are; on older ones each step is a call
 * that copies. Compiled WITHOUT_TASK_STORAGE for Linux 5.10.
 */
#ifndef FLAK_FOLLOW_H
#define FLAK_FOLLOW_H

#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>
#include "kernel_types.h"

#ifdef WITHOUT_TASK_STORAGE

#define FOLLOW BPF_CORE_READ

static __always_inline struct task_struct *current_task(void)
{
	return (struct task_struct *)bpf_get_current_task();
}

#else

#define FOLLOW1(from, one) (from)->one
#define FOLLOW2(from, one, two) (from)->one->two
#define FOLLOW3(from, one, two, three) (from)->one->two->three
#define PICK(from, one, two, three, chosen, ...) chosen
#define FOLLOW(...) PICK(__VA_ARGS__, FOLLOW3, FOLLOW2, FOLLOW1, )(__VA_ARGS__)

static __always_inline struct task_struct *current_task(void)
{
	return bpf_get_current_task_btf();
}

#endif

#endif
