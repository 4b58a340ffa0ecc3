#!/bin/sh
# Compiles the ledger: build.sh [OUTPUT [COMPILER OPTION ...]]. Needs clang >= 12 and libbpf's headers; neither the kernel's headers nor its BTF.
set -eu
here=$(dirname "$0")
output=${1:-$here/ledger.bpf.o}
[ $# -eq 0 ] || shift
machine=$(uname -m)
case $machine in
x86_64) target=x86 ;;
aarch64) target=arm64 ;;
*) echo "the ledger knows x86_64 and aarch64, not $machine" >&2; exit 1 ;;
esac
# mcpu v3 (32-bit jumps and registers) is understood since Linux 5.1.
exec clang -O2 -g -target bpf -mcpu=v3 -D__TARGET_ARCH_$target -Wall -Wextra -Wno-unused-parameter -Werror \
	-idirafter "/usr/include/$machine-linux-gnu" "$@" -c "$here/ledger.bpf.c" -o "$output"
