/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/* Keeping the CPU while a program runs. */
#ifndef FLAK_HOLD_H
#define FLAK_HOLD_H

#include <linux/version.h>
#include <bpf/bpf_helpers.h>

/*
 * Kernels up to 6.18 run BPF tracepoint programs with preemption off (include/trace/bpf_probe.h). One that only forbids migration would skip
 * a program that a preempted task of the same CPU is in, and would let another exec overwrite `commands`. On newer kernels, which have these
 * functions, the programs see to it themselves; on the others the verifier takes the calls out: they would cost 28 ns. An older kernel to which
 * a distribution has carried the change is not told apart: what it misses, it counts (recursion_misses).
 */
#ifndef PREEMPTIBLE_SINCE
#define PREEMPTIBLE_SINCE KERNEL_VERSION(6, 19, 0)
#endif

extern int LINUX_KERNEL_VERSION __kconfig;
extern void bpf_preempt_disable(void) __weak __ksym;
extern void bpf_preempt_enable(void) __weak __ksym;

static __always_inline void hold_cpu(void)
{
	if (LINUX_KERNEL_VERSION >= PREEMPTIBLE_SINCE && bpf_preempt_disable)
		bpf_preempt_disable();
}

static __always_inline void release_cpu(void)
{
	if (LINUX_KERNEL_VERSION >= PREEMPTIBLE_SINCE && bpf_preempt_enable)
		bpf_preempt_enable();
}

#endif
