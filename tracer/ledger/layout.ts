/**
 * The bytes of ledger.h, read and written. Everything that comes out of the kernel is parsed here and in rows.ts, and nowhere else.
 * Little endian on both architectures the ledger knows.
 */
import { MAX_SYSCALLS } from '../../profile/vocabulary.ts';

/** Names the directory of the pins. To be raised with every change of ledger.h, of what the programs mean by it, or of what is watched. */
export const LEDGER_LAYOUT = 2;
export const SLOTS = 256;
export const ROWS = 256;
export const CONTAINERS = 128;
export const CGROUPS_PER_SLOT = 4;
export const MARKS = 256;
export const TUPLES = 4096;
/** Above that a call is wide. */
export const TUPLES_PER_CALL = 32;
/** Places for counts of watched calls in a row. */
export const WATCHED = 64;

export const SIZES = {
  index: 4,
  generation: 8,
  rowKey: 16,
  row: MAX_SYSCALLS * (8 + 8 + 2) + WATCHED * 4,
  tupleKey: 40,
  tuple: 8,
  markKey: 16,
  mark: 8,
  containerKey: 8,
  container: 152,
  slot: 80,
  counters: 32,
  targetKey: 8,
  target: 8,
} as const;

const NAME_LENGTH = 128;
const UID_PATTERN = /^[0-9a-f]{32}$/;

/** `armed_ns` while a join is under way: every task the programs meet then is older than the slot. */
export const NOT_ARMED = 0xffff_ffff_ffff_ffffn;

/** One entry of the directory: whose pod a slot is. */
export interface SlotEntry {
  /** 32 hex digits. */
  readonly podUid: string;
  readonly cgroupIds: readonly bigint[];
  readonly armedNs: bigint;
  /** When a joiner first found all cgroups gone (boot clock); 0n: not yet. */
  readonly goneSinceNs: bigint;
  /** What the kernel's own count of missed runs was when the slot was armed. */
  readonly missesBefore: bigint;
  /** Differs for each use of a slot; kept when the slot is free. */
  readonly slotGeneration: number;
  readonly inUse: boolean;
}

/** A pod's UID without dashes, lower case. @throws RangeError where it is no UID */
export function normalizePodUid(podUid: string): string {
  const digits = podUid.replaceAll('-', '').toLowerCase();
  if (!UID_PATTERN.test(digits)) throw new RangeError(`not a pod UID: ${podUid.slice(0, 64)}`);
  return digits;
}

export function encodeIndex(index: number): Buffer {
  const bytes = Buffer.alloc(SIZES.index);
  bytes.writeUInt32LE(index);
  return bytes;
}

export function encodeU64(value: bigint): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(value);
  return bytes;
}

export function encodeTarget(slot: number, slotGeneration: number): Buffer {
  const bytes = Buffer.alloc(SIZES.target);
  bytes.writeUInt32LE(slot, 0);
  bytes.writeUInt32LE(slotGeneration, 4);
  return bytes;
}

export function encodeSlot(entry: SlotEntry): Buffer {
  const bytes = Buffer.alloc(SIZES.slot);
  bytes.write(entry.podUid, 0, 16, 'hex');
  entry.cgroupIds.slice(0, CGROUPS_PER_SLOT).forEach((id, place) => bytes.writeBigUInt64LE(id, 16 + 8 * place));
  bytes.writeBigUInt64LE(entry.armedNs, 48);
  bytes.writeBigUInt64LE(entry.goneSinceNs, 56);
  bytes.writeBigUInt64LE(entry.missesBefore, 64);
  bytes.writeUInt32LE(entry.slotGeneration, 72);
  bytes.writeUInt32LE(entry.inUse ? 1 : 0, 76);
  return bytes;
}

export function decodeSlot(bytes: Buffer): SlotEntry {
  const ids = Array.from({ length: CGROUPS_PER_SLOT }, (_, place) => bytes.readBigUInt64LE(16 + 8 * place));
  return {
    podUid: bytes.toString('hex', 0, 16),
    cgroupIds: ids.filter((id) => id !== 0n),
    armedNs: bytes.readBigUInt64LE(48),
    goneSinceNs: bytes.readBigUInt64LE(56),
    missesBefore: bytes.readBigUInt64LE(64),
    slotGeneration: bytes.readUInt32LE(72),
    inUse: bytes.readUInt32LE(76) !== 0,
  };
}

export interface Counters {
  readonly firstSights: bigint;
  readonly full: bigint;
  readonly originUnknown: bigint;
  readonly outOfRange: bigint;
}

export function decodeCounters(bytes: Buffer): Counters {
  return {
    firstSights: bytes.readBigUInt64LE(0),
    full: bytes.readBigUInt64LE(8),
    originUnknown: bytes.readBigUInt64LE(16),
    outOfRange: bytes.readBigUInt64LE(24),
  };
}

export function encodeCounters(counters: Counters): Buffer {
  const { firstSights, full, originUnknown, outOfRange } = counters;
  return Buffer.concat([firstSights, full, originUnknown, outOfRange].map(encodeU64));
}

export interface ContainerRow {
  readonly name: string;
  readonly firstSeenNs: bigint;
  /** 0n: set-up has not ended, or had ended before the slot was armed. */
  readonly startedNs: bigint;
  /** Inode number of its mount namespace; 0 while it is being set up. */
  readonly mountNs: number;
}

export function decodeContainer(bytes: Buffer): ContainerRow {
  const end = bytes.subarray(0, NAME_LENGTH).indexOf(0);
  return {
    name: bytes.toString('utf8', 0, end < 0 ? NAME_LENGTH : end),
    firstSeenNs: bytes.readBigUInt64LE(128),
    startedNs: bytes.readBigUInt64LE(136),
    mountNs: bytes.readUInt32LE(148),
  };
}

export function encodeContainer({ name, firstSeenNs, startedNs, mountNs }: ContainerRow): Buffer {
  const bytes = Buffer.alloc(SIZES.container);
  bytes.write(name, 0, NAME_LENGTH - 1, 'utf8');
  bytes.writeBigUInt64LE(firstSeenNs, 128);
  bytes.writeBigUInt64LE(startedNs, 136);
  bytes.writeUInt32LE(mountNs, 148);
  return bytes;
}

/** What `struct mark_key` can speak of. */
const MARK_KINDS = ['serving', 'command'] as const;

/** @param subject a container's cgroup id, or the hash of a command (profile/exec-hash.ts) */
export function encodeMark(kind: (typeof MARK_KINDS)[number], subject: bigint): Buffer {
  const bytes = Buffer.alloc(SIZES.markKey);
  bytes.writeBigUInt64LE(subject, 0);
  bytes.writeUInt32LE(MARK_KINDS.indexOf(kind), 8);
  return bytes;
}
