/** How a C function is called through koffi, and how its answer is read. */
import koffi from 'koffi';
import type { LibraryHandle } from 'koffi';

/** A call into libbpf or the kernel that failed. `code` is the errno's name, as in Node's own errors. */
export class BpfError extends Error {
  readonly errno: number;
  constructor(step: string, errno: number) {
    super(`${step}: errno ${errno}`);
    this.name = 'BpfError';
    this.errno = errno;
  }
}

export const ERRNO = { EPERM: 1, ENOENT: 2, ENOMEM: 12, ESTALE: 116 } as const;

export interface Native {
  (...args: unknown[]): unknown;
  readonly async: (...args: unknown[]) => unknown;
}

export function bind(library: LibraryHandle, prototype: string): Native {
  return library.func(prototype);
}

/** The same call in another thread. What is handed over may not be touched before the answer is there. */
export async function aside(call: Native, ...args: unknown[]): Promise<unknown> {
  return new Promise((resolve, reject) => {
    call.async(...args, (error: unknown, result: unknown) => {
      if (error instanceof Error) reject(error);
      else resolve(result);
    });
  });
}

/** libbpf 1.x answers -errno where it gives a number, and NULL with errno set where it gives a pointer. */
export function checkNumber(step: string, result: unknown): number {
  if (typeof result !== 'number') throw new TypeError(`${step} gave no number`);
  if (result < 0) throw new BpfError(step, -result);
  return result;
}

export function checkPointer(step: string, result: unknown): unknown {
  if (result === null) throw new BpfError(step, koffi.errno());
  return result;
}
