/** Lines out of a stream of bytes, each bounded. Pure. */

export interface LineSplitter {
  /** @returns the lines that this chunk completes, without those that are too long */
  push(chunk: Uint8Array): string[];
  /** Lines that were thrown away: too long, or cut by the end of the stream. */
  lost(): number;
  /** The stream is over. */
  end(): void;
}

const NEWLINE = 0x0a;

/** @param longest bytes of a line without its newline; what is held never exceeds it by more than a chunk */
export function createLineSplitter(longest: number): LineSplitter {
  const decoder = new TextDecoder();
  let pending: Uint8Array[] = [];
  let pendingBytes = 0;
  /** In the middle of a line that is too long. */
  let skipping = false;
  let lost = 0;

  function hold(part: Uint8Array): void {
    if (skipping || part.length === 0) return;
    if (pendingBytes + part.length <= longest) {
      pending.push(part);
      pendingBytes += part.length;
      return;
    }
    skipping = true;
    lost += 1;
    drop();
  }

  function drop(): void {
    pending = [];
    pendingBytes = 0;
  }

  /** @returns undefined where the line was too long */
  function finish(): string | undefined {
    const line = skipping ? undefined : decoder.decode(joined(pending, pendingBytes));
    skipping = false;
    drop();
    return line;
  }

  return {
    push: (chunk) => {
      const lines: string[] = [];
      let from = 0;
      for (let at = chunk.indexOf(NEWLINE); at >= 0; at = chunk.indexOf(NEWLINE, from)) {
        hold(chunk.subarray(from, at));
        const line = finish();
        if (line !== undefined) lines.push(line);
        from = at + 1;
      }
      // A copy: the chunk's buffer may be used again.
      hold(chunk.slice(from));
      return lines;
    },
    lost: () => lost,
    end: () => {
      if (pendingBytes > 0) lost += 1;
      skipping = false;
      drop();
    },
  };
}

function joined(parts: readonly Uint8Array[], bytes: number): Uint8Array {
  const [only] = parts;
  if (parts.length === 1 && only !== undefined) return only;
  const whole = new Uint8Array(bytes);
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
