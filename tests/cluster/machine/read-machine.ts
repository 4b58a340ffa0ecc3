import { existsSync, readFileSync } from 'node:fs';
import { tryCommand } from '../run-command.ts';
import type { MachineFacts } from './prerequisites.ts';

/** Looks at the machine, changes nothing. */
export async function readMachine(): Promise<MachineFacts> {
  const release = existsSync('/etc/os-release') ? readFileSync('/etc/os-release', 'utf8') : '';
  const field = (name: string): string => new RegExp(`^${name}="?([^"\\n]*)`, 'm').exec(release)?.[1] ?? '';
  return {
    userId: process.getuid?.(),
    platform: process.platform,
    distribution: { id: field('ID'), version: field('VERSION_ID'), name: field('PRETTY_NAME') },
    goVersion: (await tryCommand(['go', 'env', 'GOVERSION'], { cwd: '/' }))?.trim(),
    hasBtf: existsSync('/sys/kernel/btf/vmlinux'),
  };
}
