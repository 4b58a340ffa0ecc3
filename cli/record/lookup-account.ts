/** The machine's users, whichever service knows them (nsswitch.conf(5)). */
import { spawnSync } from 'node:child_process';
import type { AccountDeps } from '../../tracer/local/account.ts';

function firstLine(program: string, ...args: string[]): string | undefined {
  const { status, stdout } = spawnSync(program, args, { encoding: 'utf8' });
  return status === 0 ? stdout.split('\n')[0] : undefined;
}

export const LOOKUP: Pick<AccountDeps, 'passwd' | 'groups'> = {
  passwd: (key) => firstLine('getent', 'passwd', key),
  groups: (name) => (firstLine('id', '-G', name) ?? '').split(' ').filter(Boolean).map(Number),
};
