/**
 * How the ledger recognises the command of an exec probe or lifecycle hook: by a hash of the arguments that the kernel holds of the
 * program. tracer/ledger/command.h computes the same in the kernel.
 *
 * FNV-1a, 64 bits (RFC 9923): short, without tables, and nobody gains by a collision who could not run the command itself.
 */

/** The kernel side looks at no more; a longer command can't be told from a foreign one. */
const MAX_COMMAND_BYTES = 4096;

const FNV_BASIS = 0xcbf29ce484222325n;
const FNV_PRIME = 0x100000001b3n;

function fnv1a(bytes: Uint8Array): bigint {
  let hash = FNV_BASIS;
  for (const byte of bytes) hash = BigInt.asUintN(64, (hash ^ BigInt(byte)) * FNV_PRIME);
  return hash;
}

/**
 * The hashes by which a command is known: one, of its words, each followed by a NUL as the kernel keeps them. None where it can't be
 * matched: no words, a NUL in one, or more than 4096 bytes.
 */
export function hashesOfCommand(argv: readonly string[]): bigint[] {
  const bytes = new TextEncoder().encode(argv.map((word) => `${word}\0`).join(''));
  if (bytes.length === 0 || bytes.length > MAX_COMMAND_BYTES) return [];
  return argv.some((word) => word.includes('\0')) ? [] : [fnv1a(bytes)];
}
