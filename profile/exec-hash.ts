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
 * The hashes by which a command is known: one of its arguments, each followed by a NUL as the kernel keeps them; and for a first
 * word without a slash, which may be found in PATH to be a script, one with a NUL in front (the kernel puts the path that was found into
 * its place). Empty where the command can't be matched: no words, a NUL in one, or more than 4096 bytes.
 */
export function hashesOfCommand(argv: readonly string[]): bigint[] {
  const text = argv.map((word) => `${word}\0`).join('');
  const bytes = new TextEncoder().encode(text);
  const [first] = argv;
  if (first === undefined || bytes.length > MAX_COMMAND_BYTES || argv.some((word) => word.includes('\0'))) return [];
  const whole = fnv1a(bytes);
  return first.includes('/') ? [whole] : [whole, fnv1a(new Uint8Array([0, ...bytes]))];
}
