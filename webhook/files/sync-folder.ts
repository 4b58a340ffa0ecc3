/** Names on the disk, as fsync(2) asks for: syncing a file alone doesn't store its entry in the folder. */
import { open } from 'node:fs/promises';

export async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
