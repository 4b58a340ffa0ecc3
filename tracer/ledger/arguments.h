/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/* The values that watched calls are made with: plain ones, from registers. Nothing behind a pointer is ever looked at. */
#ifndef FLAK_ARGUMENTS_H
#define FLAK_ARGUMENTS_H

#include "maps.h"
#include "place.h"
#include "syscall.h"

/* NULL where nothing is watched of this call. */
static __always_inline struct watch *find_watch(__u8 abi, int nr)
{
	__u32 index = (__u32)abi * SYSCALLS + (__u32)nr;
	struct watch *watch = bpf_map_lookup_elem(&watches, &index);

	return watch && watch->form.count ? watch : NULL;
}

static __always_inline __u64 value_of(struct pt_regs *regs, __u8 abi, const struct watch *watch, int place)
{
	__u64 value = argument(regs, abi, watch->form.indices[place]);

	return watch->whole & (1 << place) ? value : (__u32)value;
}

static __always_inline void take_tuple(struct tuple_key *key, struct pt_regs *regs, const struct watch *watch)
{
	key->form = watch->form;
	key->values[0] = value_of(regs, key->abi, watch, 0);
	key->values[1] = watch->form.count > 1 ? value_of(regs, key->abi, watch, 1) : 0;
	key->values[2] = watch->form.count > 2 ? value_of(regs, key->abi, watch, 2) : 0;
}

/* The caller's entry for this tuple. */
static __always_inline struct known *known_at(struct caller *caller, const struct tuple_key *key)
{
	__u64 mixed = key->nr;

	mixed = (mixed ^ key->values[0]) * 0x9e3779b97f4a7c15ULL;
	mixed = (mixed ^ key->values[1]) * 0x9e3779b97f4a7c15ULL;
	mixed = (mixed ^ key->values[2]) * 0x9e3779b97f4a7c15ULL;
	return &caller->known[mixed >> (64 - KNOWN_BITS)];
}

static __always_inline bool is_known(const struct known *known, const struct tuple_key *key)
{
	return known->call == key->nr + 1U && known->values[0] == key->values[0] &&
	       known->values[1] == key->values[1] && known->values[2] == key->values[2];
}

static __always_inline void note_known(struct known *known, const struct tuple_key *key)
{
	known->call = key->nr + 1U;
	known->values[0] = key->values[0];
	known->values[1] = key->values[1];
	known->values[2] = key->values[2];
}

enum outcome {
	NOT_WRITTEN, /* there was no room, or the slot is being left: to be tried again */
	WRITTEN,
	NOTHING_MORE, /* the call is wide: nothing can be added to what stands of it */
};

/* The count is raised by whoever has inserted, so two CPUs that meet the same tuple count it once. */
static __noinline enum outcome record_tuple(const struct tuple_key *key, __u32 slot, __u32 *kept)
{
	void *tuples = bpf_map_lookup_elem(&slot_tuples, &slot);
	__u64 now = bpf_ktime_get_boot_ns();

	if (*(volatile __u32 *)kept > TUPLES_PER_CALL)
		return NOTHING_MORE;
	if (!tuples)
		return NOT_WRITTEN;
	if (bpf_map_lookup_elem(tuples, key))
		return WRITTEN;
	if (*(volatile __u32 *)kept == TUPLES_PER_CALL) {
		__atomic_fetch_add(kept, 1, __ATOMIC_RELAXED);
	} else if (bpf_map_update_elem(tuples, key, &now, BPF_NOEXIST) == 0) {
		__atomic_fetch_add(kept, 1, __ATOMIC_RELAXED);
	} else {
		if (bpf_map_lookup_elem(tuples, key))
			return WRITTEN;
		__atomic_fetch_add(kept, TUPLES_PER_CALL + 1, __ATOMIC_RELAXED);
	}
	COUNT(slot, first_sights);
	return *(volatile __u32 *)kept > TUPLES_PER_CALL ? NOTHING_MORE : WRITTEN;
}

#endif
