/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/* From a task to the slot and container it belongs to. The only file that knows how the answer is cached. */
#ifndef FLAK_PLACE_H
#define FLAK_PLACE_H

#include "maps.h"
#include "task.h"

static __always_inline void count(__u32 slot, __u32 offset)
{
	struct counters *counters = bpf_map_lookup_elem(&slot_counters, &slot);

	if (counters)
		__sync_fetch_and_add((__u64 *)((char *)counters + offset), 1);
}

#define COUNT(slot, what) count(slot, __builtin_offsetof(struct counters, what))

static __always_inline struct container *find_container(const struct place *place)
{
	__u32 slot = place->slot;
	__u64 id = place->container;
	void *containers = bpf_map_lookup_elem(&slot_containers, &slot);

	return containers ? bpf_map_lookup_elem(containers, &id) : NULL;
}

/* What a tracer has told of the slot. */
static __noinline bool is_marked(const struct place *place, __u64 subject, __u32 kind)
{
	struct mark_key key = { .subject = subject, .kind = kind };
	__u32 slot = place->slot;
	void *marks = bpf_map_lookup_elem(&slot_marks, &slot);

	return marks && bpf_map_lookup_elem(marks, &key);
}

/* Makes the container known to its slot by the name of its cgroup, once. */
static __noinline void note_container(const struct place *place, struct cgroup *cgroup)
{
	struct container met = {};
	__u32 slot = place->slot;
	__u64 id = place->container;
	void *containers = bpf_map_lookup_elem(&slot_containers, &slot);

	if (!containers || bpf_map_lookup_elem(containers, &id))
		return;
	met.first_seen_ns = bpf_ktime_get_boot_ns();
	copy_name(met.name, sizeof(met.name), cgroup);
	bpf_map_update_elem(containers, &id, &met, BPF_NOEXIST);
	if (!bpf_map_lookup_elem(containers, &id))
		COUNT(slot, full);
}

/*
 * Walks up from the cgroup to the nearest one that is a target. The container is the cgroup right below that one,
 * however deep the caller sits, or the target itself for a task that sits there.
 */
static __noinline void walk(struct cgroup *cgroup, struct place *place)
{
	struct cgroup *below = cgroup;

	place->slot = NO_SLOT;
	for (int depth = 0; cgroup && depth < MAX_DEPTH; depth++) {
		__u64 id = id_of(cgroup);
		struct target *target = bpf_map_lookup_elem(&targets, &id);

		if (target) {
			place->slot = target->slot;
			place->slot_generation = target->slot_generation;
			place->container = id_of(below);
			place->serving = is_marked(place, place->container, MARK_SERVING);
			note_container(place, below);
			return;
		}
		below = cgroup;
		cgroup = parent_of(cgroup);
	}
}

/* Asks the truth, and keeps the answer for the next call from the same cgroup on this CPU. */
static __noinline struct verdict *judge(struct cgroup *cgroup, __u64 id, __u64 now)
{
	__u32 untraced_key = id % UNTRACED, verdict_key = id % VERDICTS;
	struct place place = {};
	struct verdict *verdict;
	struct untraced *none;

	walk(cgroup, &place);
	if (place.slot == NO_SLOT) {
		none = bpf_map_lookup_elem(&untraced, &untraced_key);
		if (none) {
			none->cgroup = id;
			none->generation = now;
		}
		return NULL;
	}
	verdict = bpf_map_lookup_elem(&verdicts, &verdict_key);
	if (verdict) {
		__builtin_memset(verdict->seen, 0, sizeof(verdict->seen));
		verdict->cgroup = id;
		verdict->generation = now;
		verdict->place = place;
	}
	return verdict;
}

/*
 * Where the current task belongs: its cgroup's verdict, NULL where it is not traced.
 * The generation is read first: tracers bump it after they have changed the targets or marks, so an answer that
 * carries the new one was made from the new ones.
 */
static __always_inline struct verdict *find_verdict(struct task_struct *task)
{
	__u64 now = *(volatile __u64 *)&generation;
	struct cgroup *cgroup = cgroup_of(task);
	__u64 id = id_of(cgroup);
	__u32 untraced_key = id % UNTRACED, verdict_key = id % VERDICTS;
	struct untraced *none = bpf_map_lookup_elem(&untraced, &untraced_key);
	struct verdict *verdict;

	if (none && none->cgroup == id && none->generation == now)
		return NULL;
	verdict = bpf_map_lookup_elem(&verdicts, &verdict_key);
	if (verdict && verdict->cgroup == id && verdict->generation == now)
		return verdict;
	return judge(cgroup, id, now);
}

#endif
