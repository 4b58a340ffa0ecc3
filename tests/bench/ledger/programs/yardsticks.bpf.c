// SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0
/* What the ledger is compared with: programs that do nothing, and one that counts calls as `bpftrace` does. */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

char LICENSE[] SEC("license") = "GPL";

/* Calls from this cgroup are counted. Alone in .bss, set from outside. */
__u64 counted_cgroup;

/* `@[args.id] = count()` of bpftrace: a hash per CPU, as large as its default. */
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_HASH);
	__uint(max_entries, 4096);
	__type(key, __u64);
	__type(value, __u64);
} counts SEC(".maps");

SEC("tp_btf/sys_enter")
int BPF_PROG(empty_enter, void *regs, long id)
{
	return 0;
}

SEC("tp_btf/sys_exit")
int BPF_PROG(empty_exit, void *regs, long value)
{
	return 0;
}

SEC("tp_btf/sys_enter")
int BPF_PROG(count_enter, void *regs, long id)
{
	__u64 key = id, one = 1, *seen;

	if (bpf_get_current_cgroup_id() != counted_cgroup)
		return 0;
	seen = bpf_map_lookup_elem(&counts, &key);
	if (seen)
		++*seen;
	else
		bpf_map_update_elem(&counts, &key, &one, BPF_ANY);
	return 0;
}
