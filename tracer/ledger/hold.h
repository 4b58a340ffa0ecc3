/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/* Keeping the CPU while a program runs. */
#ifndef FLAK_HOLD_H
#define FLAK_HOLD_H

#include <bpf/bpf_helpers.h>

/*
 * The caches are per CPU and have no locks: nobody else may run the programs on the CPU meanwhile. Kernels up to the tested
 * 6.18 run BPF tracepoint programs with preemption off. One that only forbids migration would let another task overwrite an entry
 * under our hands, and would skip a program that a preempted task is in; it has these functions, since 6.10.
 */
extern void bpf_preempt_disable(void) __weak __ksym;
extern void bpf_preempt_enable(void) __weak __ksym;

static __always_inline void hold_cpu(void)
{
	if (bpf_preempt_disable)
		bpf_preempt_disable();
}

static __always_inline void release_cpu(void)
{
	if (bpf_preempt_enable)
		bpf_preempt_enable();
}

#endif
