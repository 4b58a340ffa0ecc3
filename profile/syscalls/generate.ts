/**
 * Writes the syscall tables anew: `npm run syscall-tables`.
 *
 * Needs Go (downloads the pinned module through `go mod download`) and, for x32, Debian's linux-libc-dev.
 * golang.org/x/sys is made from a named kernel release, is complete for each architecture, and can be fetched by
 * everyone at exactly this version; x32, which Go doesn't know, has had fixed numbers since Linux 3.4 and is taken
 * from the kernel's exported headers.
 */
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseGoConstants, parseKernelHeader, renderTable } from './source.ts';

const MODULE = 'golang.org/x/sys@v0.49.0';
const LIBC_HEADERS = '/usr/include/x86_64-linux-gnu/asm';

function downloadModule(): string {
  const answer = execFileSync('go', ['mod', 'download', '-json', MODULE], { encoding: 'utf8' });
  return (JSON.parse(answer) as { Dir: string }).Dir;
}

function kernelRelease(moduleFolder: string): string {
  const dockerfile = readFileSync(join(moduleFolder, 'unix/linux/Dockerfile'), 'utf8');
  const release = /--branch (v\S+) .*torvalds\/linux/.exec(dockerfile)?.[1];
  if (!release) throw new Error(`${MODULE} no longer says in unix/linux/Dockerfile which kernel it was made from`);
  return release;
}

function writeTable(file: string, constant: string, source: string, table: ReadonlyMap<number, string>): void {
  writeFileSync(join(import.meta.dirname, file), renderTable(constant, source, table));
}

const moduleFolder = downloadModule();
const release = kernelRelease(moduleFolder);
for (const [file, constant, goArchitecture] of [
  ['x86_64.ts', 'X86_64', 'amd64'],
  ['i386.ts', 'I386', '386'],
  ['aarch64.ts', 'AARCH64', 'arm64'],
] as const) {
  const path = `unix/zsysnum_linux_${goArchitecture}.go`;
  const source = `${MODULE}, ${path} (BSD-3-Clause), made from Linux ${release}`;
  writeTable(file, constant, source, parseGoConstants(readFileSync(join(moduleFolder, path), 'utf8')));
}
const headerVersion = execFileSync('dpkg-query', ['-W', '-f', '${Version}', 'linux-libc-dev'], { encoding: 'utf8' });
writeTable(
  'x32.ts',
  'X32',
  `asm/unistd_x32.h of Debian's linux-libc-dev ${headerVersion} (GPL-2.0 WITH Linux-syscall-note); numbers without bit 30`,
  parseKernelHeader(readFileSync(join(LIBC_HEADERS, 'unistd_x32.h'), 'utf8')),
);
