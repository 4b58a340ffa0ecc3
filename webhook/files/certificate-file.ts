/** The certificates' store: a file on the claim. The key never leaves the one pod that mounts it. */
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { createHash } from 'node:crypto';
import { dirname } from 'node:path';
import { fromEntries, toEntries, type CertificateState } from '../../certs/certificate-state.ts';
import type { CertificateStore } from '../../certs/rotation.ts';

/** There is one replica, so that nobody else writes: the version is that of what is there. */
export function certificateFile(path: string): CertificateStore {
  async function write(state: CertificateState): Promise<void> {
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    await writeFile(`${path}.new`, JSON.stringify(toEntries(state)), { mode: 0o600 });
    await rename(`${path}.new`, path);
  }
  return {
    read: async () => {
      const text = await readText(path);
      if (text === undefined) return undefined;
      return { state: fromEntries(parseJson(text)), version: createHash('sha256').update(text).digest('hex') };
    },
    create: async (state) => {
      await write(state);
      return 'created';
    },
    replace: async (state) => {
      await write(state);
      return 'replaced';
    },
  };
}

async function readText(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
