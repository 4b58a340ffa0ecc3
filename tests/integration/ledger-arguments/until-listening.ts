import { createConnection } from 'node:net';

const LIMIT_MS = 60_000;
const PAUSE_MS = 50;

/** Resolves when something accepts connections at the path. */
export async function untilListening(path: string): Promise<void> {
  for (const end = performance.now() + LIMIT_MS; ;) {
    if (await connects(path)) return;
    if (performance.now() > end) throw new Error(`nobody listens at ${path}`);
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
  }
}

function connects(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const connection = createConnection(path);
    connection.once('connect', () => {
      connection.destroy();
      resolve(true);
    });
    connection.once('error', () => {
      resolve(false);
    });
  });
}
