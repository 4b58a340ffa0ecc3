/** Falco as this node can have it. */
import { accessSync, constants } from 'node:fs';
import { availableParallelism } from 'node:os';
import { loadKernel } from '../ledger/kernel.ts';
import { startFalco } from './child.ts';
import { Falco, type FalcoDeps } from './falco.ts';
import { takePlace } from './place.ts';
import { createPrivateDirectory } from './private-directory.ts';
import { NO_FALCO, type SecondProbe } from './second-probe.ts';

export interface FalcoSettings {
  readonly wish: 'off' | 'optional' | 'required';
  readonly binary: string;
  /** Falcos on the node at a time. */
  readonly cap: number;
  readonly waitMs: number;
  readonly root: string;
}

type Surroundings = Pick<FalcoDeps, 'podUid' | 'describe' | 'listener' | 'clock' | 'log' | 'onChange'>;

export function openFalco({ wish, cap, root, ...settings }: FalcoSettings, surroundings: Surroundings): SecondProbe {
  if (wish === 'off') return NO_FALCO;
  return new Falco({
    ...settings,
    ...surroundings,
    wish,
    isThere: isExecutable,
    cpus: availableParallelism(),
    takePlace: () => takePlace(root, cap, loadKernel()),
    directory: createPrivateDirectory(root, surroundings.podUid),
    startChild: startFalco,
  });
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
