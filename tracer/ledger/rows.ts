/** What the programs write of system calls: the bytes of rows and tuples, read. Anything may stand in them; nothing is made up. */
import type { Abi, CallArguments, Origin, RecordingEntry } from '../../profile/recording.ts';
import { ABIS, MAX_SYSCALLS, ORIGINS } from '../../profile/vocabulary.ts';
import { WATCHED } from './layout.ts';

export interface RowKey {
  readonly container: bigint;
  readonly abi: Abi;
  readonly origin: Origin;
}

function decodeCaller(bytes: Buffer, abiPlace: number): Pick<RowKey, 'abi' | 'origin'> {
  const abi = ABIS[bytes.readUInt8(abiPlace)];
  const origin = ORIGINS[bytes.readUInt8(abiPlace + 1)];
  if (abi === undefined || origin === undefined)
    throw new RangeError(`not a key of this layout: ${bytes.toString('hex')}`);
  return { abi, origin };
}

/** @throws RangeError on an interface or origin that this layout doesn't have */
export function decodeRowKey(bytes: Buffer): RowKey {
  return { container: bytes.readBigUInt64LE(0), ...decodeCaller(bytes, 8) };
}

export interface Row extends Pick<RecordingEntry, 'calls' | 'denied'> {
  /** How many tuples are kept of each watched call, by its place among the watched (watches.ts); above 32 it is wide. */
  readonly tuples: readonly number[];
}

/** A row as the recording tells it. @throws RangeError where a call was denied with a number above 4095, which the programs don't write */
export function decodeRow(bytes: Buffer): Row {
  const calls: RecordingEntry['calls'] = [];
  const denied: RecordingEntry['denied'] = [];
  for (let nr = 0; nr < MAX_SYSCALLS; nr++) {
    const seen = bytes.readBigUInt64LE(8 * nr);
    if (seen !== 0n) calls.push({ nr, firstSeenNs: seen.toString() });
    const refused = bytes.readBigUInt64LE(8 * (MAX_SYSCALLS + nr));
    if (refused === 0n) continue;
    const errno = bytes.readUInt16LE(16 * MAX_SYSCALLS + 2 * nr);
    if (errno === 0) continue; // the time was copied before the number was there: the next reading has both
    if (errno > 4095) throw new RangeError(`call ${nr} was denied with ${errno}, which is no errno`);
    denied.push({ nr, firstSeenNs: refused.toString(), errno });
  }
  const tuples = Array.from({ length: WATCHED }, (_, place) => bytes.readUInt32LE(18 * MAX_SYSCALLS + 4 * place));
  return { calls, denied, tuples };
}

export interface Tuple extends RowKey, Pick<CallArguments, 'nr' | 'indices'> {
  /** Decimal, in the order of the indices. */
  readonly values: string[];
}

/** @throws RangeError on anything that the programs don't write */
export function decodeTuple(bytes: Buffer): Tuple {
  const nr = bytes.readUInt16LE(8);
  const count = bytes.readUInt8(15);
  const indices = [...bytes.subarray(12, 12 + Math.min(count, 3))];
  const ascending = [0, 1, 2, 3, 4, 5].filter((index) => indices.includes(index));
  if (nr >= MAX_SYSCALLS || count < 1 || count > 3 || ascending.join() !== indices.join())
    throw new RangeError(`not a tuple of this layout: ${bytes.toString('hex')}`);
  const values = indices.map((_, place) => bytes.readBigUInt64LE(16 + 8 * place).toString());
  return { container: bytes.readBigUInt64LE(0), ...decodeCaller(bytes, 10), nr, indices, values };
}
