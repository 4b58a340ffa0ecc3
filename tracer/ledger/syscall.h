/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/* By which interface a task calls the kernel, and the few numbers that mean something here. */
#ifndef FLAK_SYSCALL_H
#define FLAK_SYSCALL_H

#include "kernel_types.h"
#include "ledger.h"

#define ABI_UNKNOWN 0xff

#if defined(__TARGET_ARCH_x86)

#define NATIVE_ABI ABI_X86_64
#define NR_PIVOT_ROOT 155
#define NR_CHROOT 161
#define TS_COMPAT 0x2		  /* asm/thread_info.h: int 0x80 or the 32-bit entry, for the length of the call */
#define X32_SYSCALL_BIT 0x40000000 /* asm/unistd.h */

static __always_inline __u8 split_abi(struct task_struct *task, int *nr)
{
	if (task->thread_info.status & TS_COMPAT)
		return ABI_I386;
	if (*nr < 0 || !(*nr & X32_SYSCALL_BIT))
		return ABI_X86_64;
	*nr &= ~X32_SYSCALL_BIT;
	return ABI_X32;
}

static __always_inline int left_syscall(struct pt_regs *regs)
{
	return regs->orig_ax;
}

#elif defined(__TARGET_ARCH_arm64)

#define NATIVE_ABI ABI_AARCH64
#define NR_PIVOT_ROOT 41
#define NR_CHROOT 51
#define TIF_32BIT 22 /* asm/thread_info.h; the table of 32-bit ARM is not one of ours */

static __always_inline __u8 split_abi(struct task_struct *task, int *nr)
{
	return task->thread_info.flags & (1UL << TIF_32BIT) ? ABI_UNKNOWN : ABI_AARCH64;
}

static __always_inline int left_syscall(struct pt_regs *regs)
{
	return regs->syscallno;
}

#endif

#endif
