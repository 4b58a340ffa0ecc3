// SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0
/*
 * The ledger: which system calls each container of each traced pod has made, since when, and who made them.
 * Four programs for the whole node, each attached by a pinned link of its own; place.h finds out whether anyone
 * cares about the task, caller.h who it is, record.h writes it down, maps.h says why nothing is lost.
 */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include "kernel_types.h"
#include "ledger.h"
#include "hold.h"
#include "maps.h"
#include "syscall.h"
#include "place.h"
#include "caller.h"
#include "record.h"

char LICENSE[] SEC("license") = "GPL";

#define MAX_ERRNO 4095
#define FIRST_RESTART_CODE 512 /* ERESTARTSYS … ERESTART_RESTARTBLOCK of linux/errno.h never reach a program */
#define LAST_RESTART_CODE 516

static __always_inline void enter(struct pt_regs *regs, long id)
{
	struct task_struct *task = current_task();
	struct place place;
	struct caller *caller = find_caller(task, &place);
	int nr = id;
	__u8 abi;

	if (!caller && place.slot == NO_SLOT)
		return;
	abi = split_abi(task, &nr);
	if (!caller) {
		if (has_place(&place, abi, nr))
			record_stray(&place, abi, nr, regs);
		return;
	}
	caller->entered = 1;
	caller->entered_nr = id;
	if (!has_place(&caller->place, abi, nr))
		return;
	if (caller->origin == ORIGIN_SETUP && abi == NATIVE_ABI && (nr == NR_PIVOT_ROOT || nr == NR_CHROOT))
		watch_root(task, caller);
	record_call(caller, abi, origin_of(task, caller), nr, regs);
}

/*
 * A call that a seccomp filter answers leaves without having entered. The state of a task is made when it is first
 * seen entering, or by its parent, which marks it as entered: so neither a call under way at arming nor a
 * newborn's return from clone looks like a denial, and an exec keeps the mark whatever interface it ends in. While a task has
 * no filter its marks are left standing, and the first exit under the filter takes the last one away. Where another thread has loaded
 * that filter, the exit may be that of a denied call: it tells so by its number, unless the call before was the same.
 */
static __always_inline void leave(struct task_struct *task, struct pt_regs *regs, long value)
{
	struct place place;
	struct caller *caller = find_caller(task, &place);
	__u8 abi;
	int nr;

	if (!caller)
		return;
	nr = left_syscall(regs);
	if (caller->entered) {
		caller->entered = 0;
		if (caller->entered_nr == ANY_NR || caller->entered_nr == (__u16)nr)
			return;
	}
	if (value >= 0 || value < -MAX_ERRNO || (value <= -FIRST_RESTART_CODE && value >= -LAST_RESTART_CODE))
		return;
	abi = split_abi(task, &nr);
	if (has_place(&caller->place, abi, nr))
		record_denied(&caller->place, abi, origin_of(task, caller), nr, -value);
}

static __always_inline void give_birth(struct task_struct *child)
{
	struct place place;
	struct caller *caller = find_caller(current_task(), &place);
	struct caller *born;

	if (!caller)
		return;
	born = create_caller(child);
	if (!born) {
		COUNT(caller->place.slot, origin_unknown);
		return;
	}
	*born = *caller;
	born->entered = 1;
	born->born_here = 1;
}

static __always_inline void execute(struct task_struct *task, struct linux_binprm *program)
{
	struct place place;
	struct caller *caller = find_caller(task, &place);

	if (caller && caller->origin == ORIGIN_SETUP)
		follow_exec(task, program, caller);
}

SEC("tp_btf/sys_enter")
int BPF_PROG(ledger_enter, struct pt_regs *regs, long id)
{
	hold_cpu();
	enter(regs, id);
	release_cpu();
	return 0;
}

SEC("tp_btf/sys_exit")
int BPF_PROG(ledger_exit, struct pt_regs *regs, long value)
{
	struct task_struct *task = current_task();

	/* Most tasks of most nodes end here; nothing is shared yet. */
	if (!is_filtered(task))
		return 0;
	hold_cpu();
	leave(task, regs, value);
	release_cpu();
	return 0;
}

SEC("tp_btf/sched_process_fork")
int BPF_PROG(ledger_fork, struct task_struct *parent, struct task_struct *child)
{
	hold_cpu();
	give_birth(child);
	release_cpu();
	return 0;
}

SEC("tp_btf/sched_process_exec")
int BPF_PROG(ledger_exec, struct task_struct *task, int old_pid, struct linux_binprm *bprm)
{
	hold_cpu();
	execute(task, bprm);
	release_cpu();
	return 0;
}

#ifdef WITHOUT_TASK_STORAGE
SEC("tp_btf/sched_process_exit")
int BPF_PROG(ledger_end, struct task_struct *task)
{
	forget_caller(task);
	return 0;
}
#endif
