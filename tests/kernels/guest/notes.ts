/** What programs/notes.h leaves in its file. */
import type { Abi, Origin } from '../../../profile/recording.ts';
import { MAX_SYSCALLS } from '../../../profile/recording.ts';
import type { Fact } from '../result.ts';

/** As many as enum phase in notes.h has. */
const PHASES = 3;
/** The first three of enum abi. */
const ABIS: readonly Abi[] = ['x86_64', 'i386', 'x32'];

const MADE_BYTES = PHASES * ABIS.length * MAX_SYSCALLS;

/** Size of `struct notes`. */
export const NOTES_BYTES = MADE_BYTES + ABIS.length * MAX_SYSCALLS * 2;

const NUMBERS = Array.from({ length: MAX_SYSCALLS }, (_, nr) => nr);

/** @param origins what the program's phases are in the ledger's words, in the order of enum phase */
export function decodeNotes(bytes: Buffer, origins: readonly Origin[]): Fact[] {
  const made = origins.flatMap((origin, phase) =>
    ABIS.flatMap((abi, place) => {
      const start = (phase * ABIS.length + place) * MAX_SYSCALLS;
      return NUMBERS.filter((nr) => bytes[start + nr] !== 0).map((nr): Fact => `${origin} ${abi} ${nr}`);
    }),
  );
  const denied = ABIS.flatMap((abi, place) =>
    NUMBERS.flatMap((nr): Fact[] => {
      const errno = bytes.readUInt16LE(MADE_BYTES + 2 * (place * MAX_SYSCALLS + nr));
      return errno === 0 ? [] : [`startup ${abi} ${nr} denied ${errno}`];
    }),
  );
  return [...made, ...denied];
}
