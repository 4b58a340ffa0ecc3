// SPDX-License-Identifier: Apache-2.0
/*
 * Does with files, below /tmp, whatever has lines of its own: each call as often as the first argument says, some of them
 * in vain. Its own C library and loader are kept out of it by raw calls and a static binary.
 */
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

struct how {
	unsigned long long flags, mode, resolve;
};

static char room[4096];

static void once(void)
{
	struct iovec parts[2] = { { room, 10 }, { room + 10, 20 } };
	struct how how = { O_RDONLY, 0, 0 };
	int made = syscall(SYS_creat, "/tmp/made {odd} name", 0600);
	int file = syscall(SYS_openat, AT_FDCWD, "/tmp/file", O_RDWR | O_CREAT, 0600);
	int read_only = syscall(SYS_open, "/tmp/file", O_RDONLY, 0);
	int second = syscall(SYS_openat2, AT_FDCWD, "/tmp/file", &how, sizeof(how));
	int copy;
	void *there;

	syscall(SYS_openat, AT_FDCWD, "/tmp/missing\nline", O_RDONLY, 0);
	syscall(SYS_write, file, room, 4096);
	syscall(SYS_pwrite64, file, room, 100, 50);
	syscall(SYS_writev, file, parts, 2);
	syscall(SYS_pwritev, file, parts, 2, 0, 0);
	syscall(SYS_read, read_only, room, 16);
	syscall(SYS_pread64, read_only, room, 16, 4);
	syscall(SYS_readv, read_only, parts, 2);
	syscall(SYS_preadv, read_only, parts, 2, 0, 0);
	syscall(SYS_read, 999, room, 1);
	syscall(SYS_stat, "/tmp/file", room);
	syscall(SYS_lstat, "/tmp/missing", room);
	syscall(SYS_newfstatat, AT_FDCWD, "/tmp/file", room, 0);
	copy = syscall(SYS_dup, file);
	syscall(SYS_dup2, file, 100);
	syscall(SYS_dup3, file, 101, O_CLOEXEC);
	there = (void *)syscall(SYS_mmap, 0, 4096, PROT_READ, MAP_PRIVATE, read_only, 0);
	syscall(SYS_munmap, there, 4096);
	syscall(SYS_close, copy);
	syscall(SYS_close, 100);
	syscall(SYS_close, 101);
	syscall(SYS_close, made);
	syscall(SYS_close, file);
	syscall(SYS_close, read_only);
	syscall(SYS_close, second);
	syscall(SYS_close, 999);
}

int main(int argc, char **argv)
{
	int times = argc > 1 ? atoi(argv[1]) : 1;

	for (int i = 0; i < times; i++) {
		once();
		/* Well below what Falco takes in, however slow the machine is. */
		usleep(2000);
	}
	syscall(SYS_mkdir, "/tmp/folder", 0700);
	syscall(SYS_rename, "/tmp/file", "/tmp/folder/file");
	syscall(SYS_unlink, "/tmp/made {odd} name");
	return 0;
}
