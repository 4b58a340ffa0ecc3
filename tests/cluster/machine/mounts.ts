import { readFileSync } from 'node:fs';
import { runCommand } from '../run-command.ts';

/** Mount points from the text of /proc/self/mountinfo (field 5, blanks and backslashes as octal, proc(5)). */
export function parseMountPoints(mountinfo: string): string[] {
  return mountinfo
    .split('\n')
    .map((line) => line.split(' ')[4])
    .filter((field) => field !== undefined)
    .map((field) => field.replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(parseInt(octal, 8))));
}

export function isMountPoint(path: string): boolean {
  return mountPoints().includes(path);
}

function mountPoints(): string[] {
  return parseMountPoints(readFileSync('/proc/self/mountinfo', 'utf8'));
}

/** Unmounts everything at or below `directory`, the innermost and the latest first. */
export async function unmountBelow(directory: string): Promise<void> {
  const below = mountPoints().filter((point) => point === directory || point.startsWith(`${directory}/`));
  for (const point of below.reverse()) await runCommand(['umount', '--lazy', point]);
}
