/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/* By which interface a task calls the kernel, and the few numbers that mean something here. */
#ifndef FLAK_SYSCALL_H
#define FLAK_SYSCALL_H

#include "follow.h"
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
	if (FOLLOW(task, thread_info.status) & TS_COMPAT)
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

/* asm/syscall.h, syscall_get_arguments: di, si, dx, r10, r8, r9; of the 32-bit interfaces bx, cx, dx, si, di, bp. */
static __always_inline __u64 argument(struct pt_regs *regs, __u8 abi, __u8 index)
{
	bool is_i386 = abi == ABI_I386;

	switch (index) {
	case 0:
		return is_i386 ? regs->bx : regs->di;
	case 1:
		return is_i386 ? regs->cx : regs->si;
	case 2:
		return regs->dx;
	case 3:
		return is_i386 ? regs->si : regs->r10;
	case 4:
		return is_i386 ? regs->di : regs->r8;
	default:
		return is_i386 ? regs->bp : regs->r9;
	}
}

#elif defined(__TARGET_ARCH_arm64)

#define NATIVE_ABI ABI_AARCH64
#define NR_PIVOT_ROOT 41
#define NR_CHROOT 51
#define TIF_32BIT 22 /* asm/thread_info.h; the table of 32-bit ARM is not one of ours */

static __always_inline __u8 split_abi(struct task_struct *task, int *nr)
{
	return FOLLOW(task, thread_info.flags) & (1UL << TIF_32BIT) ? ABI_UNKNOWN : ABI_AARCH64;
}

static __always_inline int left_syscall(struct pt_regs *regs)
{
	return regs->syscallno;
}

static __always_inline __u64 argument(struct pt_regs *regs, __u8 abi, __u8 index)
{
	switch (index) {
	case 0:
		return regs->orig_x0;
	case 1:
		return regs->regs[1];
	case 2:
		return regs->regs[2];
	case 3:
		return regs->regs[3];
	case 4:
		return regs->regs[4];
	default:
		return regs->regs[5];
	}
}

#endif

#endif
