/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/* From a cgroup to the slot and container it belongs to. */
#ifndef FLAK_PLACE_H
#define FLAK_PLACE_H

#include "maps.h"
#include "task.h"

static __always_inline void count(__u32 slot, __u32 offset)
{
	struct counters *counters = bpf_map_lookup_elem(&slot_counters, &slot);

	if (counters)
		__atomic_fetch_add((__u64 *)((char *)counters + offset), 1, __ATOMIC_RELAXED);
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
		__u64 id = copied_id_of(cgroup);
		struct target *target = bpf_map_lookup_elem(&targets, &id);

		if (target) {
			place->slot = target->slot;
			place->slot_generation = target->slot_generation;
			place->container = copied_id_of(below);
			place->serving = is_marked(place, place->container, MARK_SERVING);
			note_container(place, below);
			return;
		}
		below = cgroup;
		cgroup = copied_parent_of(cgroup);
	}
}

static __always_inline __u64 untraced_word(__u64 id, __u64 now)
{
	return now << CGROUP_BITS | id;
}

static __always_inline __u64 *untraced_at(__u64 id)
{
	return &untraced[id * 0x9e3779b97f4a7c15ULL >> (64 - UNTRACED_BITS)]; /* 2^64 over the golden ratio: spreads ids that lie close */
}

/*
 * Whether the cgroup is known not to be traced. `now` is the generation, read first: tracers bump it after they have changed the targets,
 * so an answer that carries the new one was made from the new targets.
 */
static __always_inline bool is_untraced(__u64 id, __u64 now)
{
	return *(volatile __u64 *)untraced_at(id) == untraced_word(id, now);
}

static __always_inline void note_untraced(__u64 id, __u64 now)
{
	if (id >> CGROUP_BITS == 0)
		*(volatile __u64 *)untraced_at(id) = untraced_word(id, now);
}

#endif
