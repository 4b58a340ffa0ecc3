/** The guest's only file system: this checkout's ledger and its loader with all they need, the test program, and a shell. */
import { execFileSync } from 'node:child_process';
import { closeSync, openSync, readFileSync, readdirSync, statSync, writevSync } from 'node:fs';
import { join } from 'node:path';
import { DIRECTORY, PROGRAM, TRAILER, directoriesOf, encodeEntry } from './newc.ts';

const REPOSITORY = join(import.meta.dirname, '../..');
const BUSYBOX = '/bin/busybox';

/** What the loader is made of, from the checkout's root. */
const SOURCES = [
  'package.json',
  'profile',
  'tracer',
  'tests/kernels',
  'node_modules/zod',
  'node_modules/koffi',
  'node_modules/@koromix/koffi-linux-x64',
];

/** Mount points and where the guest writes. */
const EMPTY_DIRECTORIES = ['dev', 'proc', 'sys', 'run', 'tmp'];

function filesBelow(path: string): string[] {
  if (!statSync(join(REPOSITORY, path)).isDirectory()) return [path];
  return readdirSync(join(REPOSITORY, path)).flatMap((name) => filesBelow(join(path, name)));
}

function librariesOf(program: string): string[] {
  return execFileSync('ldd', [program], { encoding: 'utf8' }).match(/\/\S*\/\S+\.so\S*/g) ?? [];
}

function findLibrary(name: string): string {
  const known = execFileSync('ldconfig', ['-p'], { encoding: 'utf8' });
  const path = known
    .split('\n')
    .find((line) => line.includes(`${name} (libc6,x86-64)`))
    ?.split(' => ')[1];
  if (path === undefined) throw new Error(`${name} is not installed`);
  return path;
}

/** Compiles programs/calls.c, without a C library: its calls would be calls that nobody has noted. */
export function compileCalls(output: string): void {
  const source = join(import.meta.dirname, 'programs/calls.c');
  const alone = ['-static', '-nostdlib', '-ffreestanding', '-fno-stack-protector', '-fno-pie', '-no-pie'];
  const plain = ['-mgeneral-regs-only', '-fno-tree-loop-distribute-patterns', '-O1', '-Wall', '-Wextra', '-Werror'];
  execFileSync('cc', [...alone, ...plain, source, '-o', output]);
}

/** From a path in the guest to the file of this machine that is put there. */
function planFiles(folder: string): Map<string, string> {
  const program = join(folder, 'calls');
  compileCalls(program);
  const libbpf = findLibrary('libbpf.so.1');
  const libraries = [process.execPath, libbpf].flatMap(librariesOf);
  return new Map([
    ['init', join(import.meta.dirname, 'guest/init.sh')],
    ['bin/busybox', BUSYBOX],
    ['bin/node', process.execPath],
    ['flak/calls', program],
    ...SOURCES.flatMap(filesBelow).map((path) => [join('flak', path), join(REPOSITORY, path)] as const),
    ...[libbpf, ...libraries].map((path) => [path.slice(1), path] as const),
  ]);
}

/** Writes the archive (150 MB, most of it Node) into the folder, and gives its path. Compiles the test program. */
export function makeInitramfs(folder: string): string {
  const output = join(folder, 'initramfs');
  const files = planFiles(folder);
  const archive = openSync(output, 'w');
  let inode = 1;
  const add = (...entry: Parameters<typeof encodeEntry>): void => void writevSync(archive, encodeEntry(...entry));
  try {
    for (const path of [...EMPTY_DIRECTORIES, ...directoriesOf(files.keys())]) {
      add({ path, mode: DIRECTORY, content: Buffer.alloc(0) }, inode++);
    }
    for (const [path, source] of files) add({ path, mode: PROGRAM, content: readFileSync(source) }, inode++);
    add(TRAILER, inode);
  } finally {
    closeSync(archive);
  }
  return output;
}
