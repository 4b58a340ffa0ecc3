/** What a guest tells. */
import type { Abi, Origin, PartialReason } from '../../profile/recording.ts';
import type { RefusedResult } from '../../tracer/ledger/ledger.ts';

/** The lives of programs/calls.c; each has a container to itself, named after it. */
export const MODES = ['every', 'children', 'denied', 'serve'] as const;
export type Mode = (typeof MODES)[number];

/** One call that was made, or denied with an error number. */
export type Fact = `${Origin} ${Abi} ${number}` | `${Origin} ${Abi} ${number} denied ${number}`;

export interface Recorded {
  readonly kind: 'recorded';
  /** As `uname -r` prints it. */
  readonly release: string;
  /** What the programs wrote down themselves, by container. */
  readonly noted: Readonly<Record<string, readonly Fact[]>>;
  /** What the ledger wrote down, by container. */
  readonly recorded: Readonly<Record<string, readonly Fact[]>>;
  /** The arguments of the programs' calls of socket, as `domain,type,protocol`. */
  readonly sockets: Readonly<Record<string, readonly string[]>>;
  readonly reasons: readonly PartialReason[];
}

export type GuestResult = Recorded | (RefusedResult & { readonly release: string });
