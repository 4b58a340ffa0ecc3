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
#include "state.h"
#include "task.h"

/* Whether a task may be one whose parent could hand it nothing on. */
static __always_inline bool is_state_lost(__u32 slot)
{
	struct counters *counters = bpf_map_lookup_elem(&slot_counters, &slot);

	return counters && counters->origin_unknown;
}

/*
 * A task met for the first time in its container. Older than the slot: it was there at arming, workload.
 * Else it has been moved in, since whoever is forked inside inherits the state of its parent: a runtime; unless a state was lost in
 * this slot: then it may be the workload's, and counts as that.
 */
static __always_inline struct caller *meet_caller(struct task_struct *task, const struct place *place)
{
	__u32 index = place->slot;
	struct slot *slot = bpf_map_lookup_elem(&directory, &index);
	struct caller *caller = create_caller(task);

	if (!caller || !slot) {
		COUNT(index, origin_unknown);
		return NULL;
	}
	__builtin_memset(caller, 0, sizeof(*caller));
	caller->first_filter = filter_of(task);
	caller->origin = start_of(task) < slot->armed_ns || is_state_lost(index) ? ORIGIN_STARTUP : ORIGIN_SETUP;
	caller->entered = 1;
	caller->entered_nr = ANY_NR;
	return caller;
}

static __always_inline bool is_caller_of(const struct caller *caller, const struct place *place)
{
	return caller && caller->place.container == place->container &&
	       caller->place.slot_generation == place->slot_generation;
}

/*
 * Asks the truth where the task belongs, and keeps the answer. The cgroup is the one whose id was looked at: were it read again, and the task
 * moved meanwhile, the answer for the one would be kept for the other.
 */
static __noinline struct caller *place_caller(struct task_struct *task, struct cgroup *cgroup, __u64 now,
					      struct place *place)
{
	struct caller *caller = caller_of(task);
	__u64 id = id_of(cgroup);

	walk(cgroup, place);
	if (place->slot == NO_SLOT) {
		note_untraced(id, now);
		return NULL;
	}
	if (!is_caller_of(caller, place))
		caller = meet_caller(task, place);
	if (!caller)
		return NULL;
	caller->place = *place;
	caller->cgroup = id;
	caller->generation = now;
	return caller;
}

/*
 * The state of the current task. NULL where it is not traced; NULL as well, with its place in `place`, where it is but no state
 * could be kept.
 */
static __always_inline struct caller *find_caller(struct task_struct *task, struct place *place)
{
	__u64 now = *(volatile __u64 *)&generation;
	struct cgroup *cgroup = cgroup_of(task);
	__u64 id = id_of(cgroup);
	struct caller *caller;

	place->slot = NO_SLOT;
	if (is_untraced(id, now))
		return NULL;
	caller = caller_of(task);
	if (caller && caller->cgroup == id && caller->generation == now)
		return caller;
	return place_caller(task, cgroup, now, place);
}

static __always_inline __u8 origin_of(struct task_struct *task, const struct caller *caller)
{
	if (caller->origin == ORIGIN_STARTUP && caller->place.serving)
		return ORIGIN_SERVING;
	if (caller->origin == ORIGIN_SETUP && filter_of(task) != caller->first_filter)
		return ORIGIN_RUNTIME_FILTERED;
	return caller->origin;
}

/*
 * The process that changes its root during set-up will become the container's init. Hooks may change theirs too, but
 * they are programs that were executed by a child of the runtime's process, so they are known before.
 */
static __noinline void watch_root(struct task_struct *task, const struct caller *caller)
{
	struct container *container = find_container(&caller->place);

	if (container && !container->mount_ns && !caller->hook)
		container->init_tgid = process_of(task);
}

/* An exec during set-up: the container's first program, a newcomer's program in a running container, or a hook. */
static __always_inline void follow_exec(struct task_struct *task, struct linux_binprm *program, struct caller *caller)
{
	const struct place *place = &caller->place;
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
