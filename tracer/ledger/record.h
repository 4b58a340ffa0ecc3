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

/* The call stands in its row afterwards. NULL where it could not be written down. */
static __noinline struct row *write_call(const struct place *place, __u8 abi, __u8 origin, int nr)
{
	struct row *row = find_row(place, abi, origin);

	if (!row || (__u32)nr >= SYSCALLS)
		return NULL;
	if (!row->first_seen_ns[nr]) {
		row->first_seen_ns[nr] = bpf_ktime_get_boot_ns();
		COUNT(place->slot, first_sights);
	}
	return row;
}

/* The same with the tuple of a watched call. */
static __noinline enum outcome write_tuple(const struct place *place, const struct watch *watch,
					   const struct tuple_key *key)
{
	struct row *row = write_call(place, key->abi, key->origin, key->nr);
	__u32 ordinal = watch->ordinal;

	if (!row || ordinal >= WATCHED)
		return NOT_WRITTEN;
	return record_tuple(key, place->slot, &row->tuples[ordinal]);
}

static __always_inline void begin_tuple(struct tuple_key *key, const struct place *place, __u8 abi, __u8 origin, int nr)
{
	*key = (struct tuple_key){ .container = place->container, .nr = nr, .abi = abi, .origin = origin };
}

static __always_inline void forget_seen(struct caller *caller, __u8 abi, __u8 origin)
{
	__builtin_memset(caller->seen, 0, sizeof(caller->seen));
	__builtin_memset(caller->known, 0, sizeof(caller->known));
	caller->seen_abi = abi;
	caller->seen_origin = origin;
}

/* A watched call is looked at each time until it is wide, and not for long where its tuple is known. */
static __always_inline void record_call(struct caller *caller, __u8 abi, __u8 origin, int nr, struct pt_regs *regs)
{
	__u64 bit = 1ULL << (nr & 63);
	__u32 word = (__u32)nr / 64;
	struct tuple_key key;
	enum outcome outcome;
	struct known *known;
	struct watch *watch;

	if (caller->seen_abi != abi || caller->seen_origin != origin)
		forget_seen(caller, abi, origin);
	barrier_var(word); /* or what is tested isn't what is used, in the eyes of Linux 6.1's verifier */
	if (word >= SEEN_WORDS || caller->seen[word] & bit)
		return;
	watch = find_watch(abi, nr);
	if (!watch) {
		if (write_call(&caller->place, abi, origin, nr))
			caller->seen[word] |= bit;
		return;
	}
	begin_tuple(&key, &caller->place, abi, origin, nr);
	take_tuple(&key, regs, watch);
	known = known_at(caller, &key);
	if (is_known(known, &key))
		return;
	outcome = write_tuple(&caller->place, watch, &key);
	if (outcome == WRITTEN)
		note_known(known, &key);
	else if (outcome == NOTHING_MORE)
		caller->seen[word] |= bit;
}

/*
 * A task whose state found no memory counts as the workload: the profile then holds too much rather than too little, and the
 * reason `origin-unknown` says so. Nothing is remembered of it.
 */
static __noinline void record_stray(const struct place *place, __u8 abi, int nr, struct pt_regs *regs)
{
	__u8 origin = place->serving ? ORIGIN_SERVING : ORIGIN_STARTUP;
	struct watch *watch = find_watch(abi, nr);
	struct tuple_key key;

	if (!watch) {
		write_call(place, abi, origin, nr);
		return;
	}
	begin_tuple(&key, place, abi, origin, nr);
	take_tuple(&key, regs, watch);
	write_tuple(place, watch, &key);
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
