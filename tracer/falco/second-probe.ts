/** The second probe as the run has it in hand, and none where it was not asked for. */
import type { FalcoSection } from '../../profile/probes.ts';
import type { Falco } from './falco.ts';

export type SecondProbe = Pick<
  Falco,
  'start' | 'meet' | 'holdsGate' | 'release' | 'isBehind' | 'changes' | 'isMissing' | 'section' | 'finish' | 'close'
>;

const SECTION: FalcoSection = {
  state: 'off',
  detail: '',
  version: null,
  readyAt: null,
  calls: [],
  events: 0,
  drops: 0,
  gaps: [],
  gapsOmitted: 0,
  shed: [],
};

export const NO_FALCO: SecondProbe = {
  start: () => undefined,
  meet: () => undefined,
  holdsGate: () => false,
  release: () => undefined,
  isBehind: () => false,
  changes: () => 0,
  isMissing: () => false,
  section: () => SECTION,
  finish: () => undefined,
  close: () => Promise.resolve(),
};
