/** What clients ask the nginx target, with and without a profile: the same each time. */
import { once } from 'node:events';
import { connect } from 'node:net';
import type { Kubectl } from './kubectl.ts';

/** Answers in order: a status, or for the raw ones the first line. */
export const ANSWERED = [200, 200, 200, 404, 405, 206, 412, 'HTTP/1.1 400 Bad Request'] as const;

/** Longest that one answer may take. */
const ANSWER_MS = 5000;

/** Where the pod answers; the machine that runs the node reaches pods directly. */
export async function addressOf(kubectl: Kubectl, namespace: string, pod: string): Promise<string> {
  const address = await kubectl.run(['get', 'pod', pod, '-n', namespace, '-o', 'jsonpath={.status.podIP}']);
  if (address === '') throw new Error(`${pod} has no address`);
  return address;
}

/** Files, ranges, conditions, a body, a wrong path, keep-alive and nonsense. @throws when something isn't answered at all */
export async function askNginx(address: string): Promise<readonly (number | string)[]> {
  const status = async (path: string, init: RequestInit = {}): Promise<number> => {
    const answer = await fetch(`http://${address}:8080${path}`, { ...init, signal: AbortSignal.timeout(ANSWER_MS) });
    await answer.arrayBuffer();
    return answer.status;
  };
  const parallel = await Promise.all(Array.from({ length: 20 }, () => status('/')));
  return [
    Math.max(...parallel),
    await status('/healthz'),
    await status('/index.html', { method: 'HEAD' }),
    await status('/absent'),
    await status('/', { method: 'POST', body: 'x'.repeat(100_000) }),
    await status('/', { headers: { range: 'bytes=0-3' } }),
    await status('/', { headers: { 'if-unmodified-since': new Date(0).toUTCString() } }),
    await firstLine(address, 'nonsense\r\n\r\n'),
  ];
}

async function firstLine(address: string, text: string): Promise<string> {
  const socket = connect(8080, address);
  socket.setTimeout(ANSWER_MS, () => socket.destroy(new Error('no answer')));
  try {
    socket.write(text);
    const [answer] = (await once(socket, 'data')) as [Buffer];
    return answer.toString().split('\r\n')[0] ?? '';
  } finally {
    socket.destroy();
  }
}
