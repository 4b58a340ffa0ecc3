/** A real Falco for the suite, where this machine has one. */
import { execFileSync } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import type { Context } from 'mocha';
import { skipBecause, skipEvenInCi } from '../skip.ts';

/** The oldest whose output and options are those that tracer/falco/ writes and reads. */
const OLDEST = [0, 44] as const;

export type RealFalco =
  { readonly kind: 'here'; readonly binary: string } | { readonly kind: 'none'; readonly why: string };

/** `FLAK_FALCO_BIN`, else `falco` on the PATH. */
export function findFalco(environment: Readonly<Record<string, string | undefined>> = process.env): RealFalco {
  const named = environment['FLAK_FALCO_BIN'];
  const onPath = (environment['PATH'] ?? '').split(delimiter).map((directory) => join(directory, 'falco'));
  const binary = (named === undefined ? onPath : [named]).find(isExecutable);
  if (binary === undefined)
    return { kind: 'none', why: 'no Falco: name one by FLAK_FALCO_BIN, or have falco on the PATH' };
  const said = /(\d+)\.(\d+)\.\d+/.exec(execFileSync(binary, ['--version'], { encoding: 'utf8' }));
  const [major, minor] = [Number(said?.[1]), Number(said?.[2])];
  const isRecent = major > OLDEST[0] || (major === OLDEST[0] && minor >= OLDEST[1]);
  return isRecent ? { kind: 'here', binary } : { kind: 'none', why: `${binary} is older than ${OLDEST.join('.')}` };
}

/** To be called in a suite's `before`. */
export function realFalco(context: Context): string {
  if (process.getuid?.() !== 0) skipBecause(context, 'Falco takes root');
  const found = findFalco();
  if (found.kind === 'none') skipEvenInCi(context, found.why);
  return found.binary;
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
