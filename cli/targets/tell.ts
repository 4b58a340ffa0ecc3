/** What `trace start` and `trace stop` say of what they labelled. */
import type { PlaceOptions } from '../connection.ts';
import { toJson } from '../deliver.ts';
import type { Terminal } from '../terminal.ts';
import type { Labelled } from './label.ts';

export interface LabelOptions extends PlaceOptions {
  readonly restart?: boolean;
  readonly output?: 'json';
}

interface Told {
  /** Under which `-o json` has it (docs/cli.md). */
  readonly key: 'labelled' | 'stopped';
  readonly labelled: Labelled;
  /** What happens to each of them. */
  readonly words: string;
  /** Said where nothing needed a change. */
  readonly none: string;
}

export function tellLabelled({ key, labelled, words, none }: Told, { output }: LabelOptions, terminal: Terminal): void {
  if (output === 'json') terminal.out(toJson({ [key]: labelled }));
  for (const name of labelled) terminal.note(`${name} ${words}`);
  if (labelled.length === 0) terminal.note(none);
}
