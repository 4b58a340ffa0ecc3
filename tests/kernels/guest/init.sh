#!/bin/busybox sh
# The first process of a kernel that a test has booted: cgroup v2 alone, unless flak.cgroup=v1 is on the command line. The result goes
# to the second serial port, where no kernel message gets between; whatever happens, the machine switches itself off.
trap '/bin/busybox poweroff -f' EXIT
/bin/busybox --install -s /bin
mount -t proc proc /proc
mount -t sysfs sysfs /sys
mount -t devtmpfs devtmpfs /dev
mount -t securityfs securityfs /sys/kernel/security
mount -t bpf bpf /sys/fs/bpf
if grep -q flak.cgroup=v1 /proc/cmdline; then
	mount -t cgroup -o cpu cgroup /sys/fs/cgroup
else
	mount -t cgroup2 cgroup2 /sys/fs/cgroup
fi
ip link set lo up
cd /flak
node --disable-warning=ExperimentalWarning tests/kernels/guest/record.ts >/dev/ttyS1
