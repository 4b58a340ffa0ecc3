#!/bin/sh
# Compiles what starts commands in local mode: build.sh [OUTPUT]. A static program, so that it runs whatever the machine's C library.
set -eu
here=$(dirname "$0")
output=${1:-$here/launch}
# musl makes 40 kB of it, glibc 800.
compiler=$(command -v musl-gcc || command -v cc) || {
	echo "build.sh: a C compiler is needed; install it (Debian, Ubuntu: apt-get install gcc libc6-dev)." >&2
	exit 3
}
exec "$compiler" -std=c11 -Wall -Wextra -Werror -static -Os -s -idirafter /usr/include -idirafter "/usr/include/$(uname -m)-linux-gnu" \
	-o "$output" "$here/launch.c"
