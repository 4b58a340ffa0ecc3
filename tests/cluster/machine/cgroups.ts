import { existsSync, mkdirSync, readdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const ROOT = '/sys/fs/cgroup';

/** Mount points of all cgroup hierarchies: one under v2, several under v1 and hybrid. */
export function hierarchies(): string[] {
  if (existsSync(join(ROOT, 'cgroup.controllers'))) return [ROOT];
  return readdirSync(ROOT, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => join(ROOT, entry.name));
}

/** Makes a cgroup in every hierarchy; under v1 a cpuset is usable only once it has cpus and memory nodes. */
export function createCgroup(name: string): void {
  for (const hierarchy of hierarchies()) {
    const path = join(hierarchy, name);
    mkdirSync(path, { recursive: true });
    for (const file of ['cpuset.cpus', 'cpuset.mems']) {
      if (!existsSync(join(hierarchy, file)) || !existsSync(join(path, file))) continue;
      if (readFileSync(join(path, file), 'utf8').trim() !== '') continue;
      writeFileSync(join(path, file), readFileSync(join(hierarchy, file), 'utf8'));
    }
  }
}

/** Numbers of all processes in a cgroup and below it, over all hierarchies. */
export function processesIn(name: string): number[] {
  const found = new Set<number>();
  for (const directory of cgroupDirectories(name)) {
    for (const pid of unlessGone(() => readFileSync(join(directory, 'cgroup.procs'), 'utf8'), '').split('\n')) {
      if (pid !== '' && pid !== '0') found.add(Number(pid)); // 0: of a pid namespace we don't see
    }
  }
  return [...found];
}

/** Removes a cgroup and all below it, which must be without processes; those just killed take a moment to leave. */
export async function removeCgroup(name: string): Promise<void> {
  const deadline = performance.now() + 5_000;
  for (const directory of cgroupDirectories(name).reverse()) {
    for (;;) {
      try {
        rmdirSync(directory);
        break;
      } catch (cause) {
        if (!existsSync(directory)) break;
        if (performance.now() > deadline) throw new Error(`cgroup ${directory} can't be removed`, { cause });
        await sleep(20);
      }
    }
  }
}

/** The cgroup's directories in all hierarchies, each before those below it. */
function cgroupDirectories(name: string): string[] {
  return hierarchies()
    .map((hierarchy) => join(hierarchy, name))
    .filter((path) => existsSync(path))
    .flatMap(withDescendants);
}

function withDescendants(directory: string): string[] {
  const children = unlessGone(() => readdirSync(directory, { withFileTypes: true }), []);
  const cgroups = children.filter((entry) => entry.isDirectory());
  return [directory, ...cgroups.flatMap((entry) => withDescendants(join(directory, entry.name)))];
}

/** Reads what a runtime may be removing at this moment (ENOENT; ENODEV from an open file of a removed cgroup). */
function unlessGone<T>(read: () => T, otherwise: T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENODEV')) {
      return otherwise;
    }
    throw error;
  }
}
