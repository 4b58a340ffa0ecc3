/** What clients ask servers, with and without a profile. Each throws where the answer isn't the one that the server gives. */
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';

const ANSWER_MS = 10_000;

/** A page that isn't there, and at the same time one that is, four times: Python has a backlog of five. */
export async function askPages(host: string, port: number): Promise<void> {
  const get = async (path: string): Promise<string> => {
    const answer = await fetch(`http://${host}:${port}${path}`, { signal: AbortSignal.timeout(ANSWER_MS) });
    return `${answer.status} ${answer.ok ? await answer.text() : ''}`;
  };
  const answers = await Promise.all(['/absent', ...Array<string>(4).fill('/page')].map(get));
  const unexpected = answers.filter((answer, place) => answer !== (place === 0 ? '404 ' : '200 served\n'));
  if (unexpected.length > 0) throw new Error(`answered ${unexpected.join(', ')}`);
}

/** What is set can be got again, and is saved. */
export async function askRedis(host: string, port: number): Promise<void> {
  const socket = connect(port, host);
  socket.setTimeout(ANSWER_MS, () => socket.destroy(new Error('redis does not answer')));
  socket.write('SET key served\r\nGET key\r\nSAVE\r\nQUIT\r\n');
  const answer = await text(socket);
  if (answer !== '+OK\r\n$6\r\nserved\r\n+OK\r\n+OK\r\n') throw new Error(`redis answers ${answer}`);
}
