/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/*
 * Who calls: the runtime, the workload, or someone who joined from outside. Followed task by task, through fork
 * and exec, in the kernel. A runtime prepares a container from inside its cgroup: it puts a process there, which
 * forks, changes its root and at last executes the container's program. That last exec ends set-up.
 */
#ifndef FLAK_CALLER_H
#define FLAK_CALLER_H

#include "command.h"
#include "maps.h"
#include "place.h"
#include "task.h"

/*
 * A task met for the first time in its container. Older than the slot: it was there at arming, workload.
 * Else it has been moved in, since whoever is forked inside inherits the state of its parent: a runtime.
 */
static __noinline struct caller *meet_caller(struct task_struct *task, const struct place *place)
{
	__u32 index = place->slot;
	struct slot *slot = bpf_map_lookup_elem(&directory, &index);
	struct caller *caller = bpf_task_storage_get(&callers, task, NULL, BPF_LOCAL_STORAGE_GET_F_CREATE);

	if (!caller || !slot) {
		COUNT(index, origin_unknown);
		return NULL;
	}
	caller->container = place->container;
	caller->first_filter = filter_of(task);
	caller->slot_generation = place->slot_generation;
	caller->origin = start_of(task) < slot->armed_ns ? ORIGIN_STARTUP : ORIGIN_SETUP;
	caller->entered = 1;
	caller->born_here = 0;
	caller->hook = 0;
	return caller;
}

static __always_inline bool is_caller_of(const struct caller *caller, const struct place *place)
{
	return caller && caller->container == place->container && caller->slot_generation == place->slot_generation;
}

static __always_inline struct caller *find_caller(struct task_struct *task, const struct place *place)
{
	struct caller *caller = bpf_task_storage_get(&callers, task, NULL, 0);

	return is_caller_of(caller, place) ? caller : meet_caller(task, place);
}

/*
 * A caller that no state could be kept for counts as the workload: the profile then holds too much rather than
 * too little, and the reason `origin-unknown` says so.
 */
static __always_inline __u8 origin_of(struct task_struct *task, const struct caller *caller, const struct place *place)
{
	__u8 origin = caller ? caller->origin : ORIGIN_STARTUP;

	if (origin == ORIGIN_STARTUP)
		return place->serving ? ORIGIN_SERVING : ORIGIN_STARTUP;
	if (origin == ORIGIN_SETUP && filter_of(task) != caller->first_filter)
		return ORIGIN_RUNTIME_FILTERED;
	return origin;
}

/*
 * The process that changes its root during set-up will become the container's init. Hooks may change theirs too, but
 * they are programs that were executed by a child of the runtime's process, so they are known before.
 */
static __noinline void watch_root(struct task_struct *task, const struct caller *caller, const struct place *place)
{
	struct container *container = find_container(place);

	if (container && !container->mount_ns && !caller->hook)
		container->init_tgid = process_of(task);
}

/* An exec during set-up: the container's first program, a newcomer's program in a running container, or a hook. */
static __always_inline void follow_exec(struct task_struct *task, struct linux_binprm *program, struct caller *caller,
					const struct place *place)
{
	struct container *container = find_container(place);
	__u32 mount_ns = mount_ns_of(task);

	if (!container)
		return;
	if (!container->mount_ns && container->init_tgid == process_of(task)) {
		caller->origin = ORIGIN_STARTUP;
		container->mount_ns = mount_ns;
		container->started_ns = bpf_ktime_get_boot_ns();
		return;
	}
	if (container->mount_ns == mount_ns)
		caller->origin = is_marked_command(task, program, place) ? ORIGIN_EXEC_PROBE : ORIGIN_EXEC_FOREIGN;
	else if (caller->born_here)
		caller->hook = 1;
}

#endif
