/**
 * Text of the target's own choosing, put into a line that a reader takes apart by braces, blanks and line ends. What
 * would be taken for one of them is written as `\xHH`, one for each byte of its UTF-8; so is the backslash, so that it can be undone.
 */

/**
 * Braces, the backslash, control characters, and what readers of lines take for their end: C1 controls (NEL among them),
 * U+2028, U+2029. Halves of surrogate pairs, which no UTF-8 has, become U+FFFD when they are written.
 */
const IN_NAMES = /[{}\\\p{Cc}\u2028\u2029]/gu;
/** A value ends at a blank as well. */
const IN_VALUES = /[{}\\\p{Cc}\s\u2028\u2029]/gu;

/** Most names and paths are of these characters alone, and tens of thousands come in a second. */
const PLAIN = /^[!-Z\]^-z|~[]*$/;

const toBytes = new TextEncoder();

function escapeBy(pattern: RegExp, text: string): string {
  if (PLAIN.test(text)) return text;
  return text.toWellFormed().replace(pattern, (character) => hexOf(toBytes.encode(character)));
}

function hexOf(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => `\\x${byte.toString(16).padStart(2, '0')}`).join('');
}

/** A command's name; it may have blanks (`tmux: server`). A thread may also have taken an empty one. */
export function escapeName(comm: string): string {
  return comm === '' ? '\\x00' : escapeBy(IN_NAMES, comm);
}

/** A value of a `k=v` pair. */
export function escapeValue(text: string): string {
  return escapeBy(IN_VALUES, text);
}

/** @returns the longest beginning of `text` of at most so many bytes of UTF-8, without half a character at its end */
export function cutToBytes(text: string, maxBytes: number): string {
  // A UTF-16 code unit is three bytes at most.
  if (text.length * 3 <= maxBytes) return text;
  const bytes = toBytes.encode(text);
  if (bytes.length <= maxBytes) return text;
  // 10xxxxxx goes on with a character that began before it.
  let end = maxBytes;
  while (end > 0 && ((bytes[end] ?? 0) & 0xc0) === 0x80) end -= 1;
  return new TextDecoder().decode(bytes.subarray(0, end));
}
