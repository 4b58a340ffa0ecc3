/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/* Writing first sights down. */
#ifndef FLAK_RECORD_H
#define FLAK_RECORD_H

#include "arguments.h"
#include "maps.h"
#include "place.h"
#include "syscall.h"

/* The row, made on first use. NULL when the slot is being left, or has no room (counted). */
static __noinline struct row *find_row(const struct place *place, __u8 abi, __u8 origin)
{
	struct row_key key = { .container = place->container, .abi = abi, .origin = origin };
	__u32 slot = place->slot;
	void *rows = bpf_map_lookup_elem(&slot_rows, &slot);
	struct row *row;

	if (!rows)
		return NULL;
	row = bpf_map_lookup_elem(rows, &key);
	if (row)
		return row;
	/* Fails harmlessly where another CPU has just made the row. */
	bpf_map_update_elem(rows, &key, &empty_row, BPF_NOEXIST);
	row = bpf_map_lookup_elem(rows, &key);
	if (!row)
		COUNT(slot, full);
	return row;
}

/* Negative numbers are no system calls; the kernel answers ENOSYS without looking. */
static __always_inline bool has_place(const struct place *place, __u8 abi, int nr)
{
	if (nr >= 0 && nr < SYSCALLS && abi != ABI_UNKNOWN)
		return true;
	if (nr >= 0)
		COUNT(place->slot, out_of_range);
	return false;
}

/*
 * A watched call is looked at each time, until it is wide: its bit among the seen ones stays clear. What has been written down of it
 * under this generation is in the cache of tuples, which so stands for the row as well.
 */
static __always_inline bool record_watched(const struct verdict *verdict, const struct watch *watch, struct row *row,
					   const struct tuple_key *key)
{
	__u32 ordinal = watch->ordinal;
	struct taken *entry;

	if (ordinal >= WATCHED)
		return false;
	if (record_tuple(key, verdict->place.slot, &row->tuples[ordinal]))
		return true;
	entry = taken_at(key);
	if (entry) {
		entry->generation = verdict->generation;
		entry->key = *key;
	}
	return false;
}

static __always_inline void record_call(struct verdict *verdict, __u8 abi, __u8 origin, int nr, struct pt_regs *regs)
{
	__u64 *seen = NULL, bit = 1ULL << (nr & 63);
	__u32 word = ((__u32)origin * SYSCALLS + (__u32)nr) / 64;
	struct tuple_key key;
	struct watch *watch;
	struct taken *known;
	struct row *row;

	barrier_var(word); /* or the compiler tests its parts, which tells the verifier nothing of the sum */
	if (abi == NATIVE_ABI && word < SEEN_WORDS) {
		seen = &verdict->seen[word];
		if (*seen & bit)
			return;
	}
	watch = find_watch(abi, nr);
	if (watch) {
		key = (struct tuple_key){ .container = verdict->place.container, .nr = nr, .abi = abi, .origin = origin };
		take_tuple(&key, regs, watch);
		known = taken_at(&key);
		if (known && is_taken(known, &key, verdict->generation))
			return;
	}
	row = find_row(&verdict->place, abi, origin);
	if (!row || (__u32)nr >= SYSCALLS)
		return;
	if (!row->first_seen_ns[nr]) {
		row->first_seen_ns[nr] = bpf_ktime_get_boot_ns();
		COUNT(verdict->place.slot, first_sights);
	}
	if (watch && !record_watched(verdict, watch, row, &key))
		return;
	if (seen)
		*seen |= bit;
}

static __always_inline void record_denied(const struct place *place, __u8 abi, __u8 origin, int nr, __u16 errno)
{
	struct row *row = find_row(place, abi, origin);

	if (!row || (__u32)nr >= SYSCALLS || row->first_denied_ns[nr])
		return;
	/* A reader takes the time as the sign that the number is there. */
	*(volatile __u16 *)&row->denied_errno[nr] = errno;
	*(volatile __u64 *)&row->first_denied_ns[nr] = bpf_ktime_get_boot_ns();
	COUNT(place->slot, first_sights);
}

#endif
