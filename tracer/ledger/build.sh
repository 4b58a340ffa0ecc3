#!/bin/sh
# Compiles the ledger. Needs clang >= 12 and libbpf's headers; neither the kernel's headers nor its BTF.
#   build.sh                               ledger.bpf.o, and ledger-5.10.bpf.o for kernels without task storage
#   build.sh OUTPUT [COMPILER OPTION ...]  one object
set -eu
here=$(dirname "$0")
machine=$(uname -m)
case $machine in
x86_64) target=x86 ;;
aarch64) target=arm64 ;;
*) echo "the ledger knows x86_64 and aarch64, not $machine" >&2; exit 1 ;;
esac

build() {
	output=$1
	shift
	# mcpu v3 (32-bit jumps and registers) is understood since Linux 5.1.
	clang -O2 -g -target bpf -mcpu=v3 -D__TARGET_ARCH_$target -Wall -Wextra -Wno-unused-parameter -Werror \
		-idirafter "/usr/include/$machine-linux-gnu" "$@" -c "$here/ledger.bpf.c" -o "$output"
}

if [ $# -gt 0 ]; then
	build "$@"
else
	build "$here/ledger.bpf.o"
	build "$here/ledger-5.10.bpf.o" -DWITHOUT_TASK_STORAGE
fi
