import { deepEqual, equal, ok } from 'node:assert/strict';
import { KINDS } from '../../../../webhook/kube/kinds.ts';
import { createCache } from '../../../../webhook/kube/watch.ts';
import type { Cache } from '../../../../webhook/kube/watch.ts';
import { line, objectOf, startMisbehavingServer } from './misbehaving-server.ts';
import type { MisbehavingServer } from './misbehaving-server.ts';

interface Raw {
  readonly metadata: { readonly name: string; readonly resourceVersion: string };
}

describe('a cache over a server that misbehaves', () => {
  let server: MisbehavingServer;
  let ending: AbortController;
  let running: Promise<void>;
  let troubles: string[];
  let reconnects: number;
  let pauses: number;
  let longestPause: number;

  beforeEach(async () => {
    server = await startMisbehavingServer();
    ending = new AbortController();
    troubles = [];
    reconnects = 0;
    pauses = 0;
    longestPause = 0;
  });
  afterEach(async () => {
    ending.abort();
    await running;
    await server.close();
  });

  /** Names with the version that the cache holds. */
  const held = (cache: Cache<number>): Record<string, number> =>
    Object.fromEntries([...cache.keys()].sort().map((key) => [key, cache.get(key) ?? -1]));

  const start = (silenceMs = 60_000, more: { readonly longestPauseMs?: number } = {}): Cache<number> => {
    const cache = createCache<number>(
      {
        request: server.request,
        stream: server.stream,
        reconnect: () => {
          reconnects += 1;
        },
        // No waiting in tests, but a turn of the event loop, as a wait would be.
        sleep: async (ms) => {
          pauses += 1;
          longestPause = Math.max(longestPause, ms);
          await new Promise((resolve) => setTimeout(resolve, 1));
        },
        random: () => 0.5,
        onTrouble: (reason) => troubles.push(reason),
      },
      {
        kind: KINDS.pods,
        namespace: null,
        silenceMs,
        ...more,
        read: (object) => {
          const { metadata } = object as Raw;
          return { key: metadata.name, value: Number(metadata.resourceVersion) };
        },
      },
    );
    running = cache.run(ending.signal);
    return cache;
  };

  const until = async (cache: Cache<number>, holds: () => boolean): Promise<void> => {
    const { promise, resolve } = Promise.withResolvers<undefined>();
    const look = (): void => {
      if (holds()) resolve(undefined);
    };
    cache.onChange(look);
    look();
    await promise;
  };

  it('lists page by page, then follows what comes, changes and goes', async () => {
    for (const [name, version] of [
      ['a', 1],
      ['b', 2],
      ['c', 3],
    ] as const)
      server.objects.set(name, version);
    server.watches.push((answer) => {
      answer.write(
        line('ADDED', objectOf('d', 4)) + line('MODIFIED', objectOf('a', 5)) + line('DELETED', objectOf('b', 6)),
      );
    });
    const cache = start();
    await until(cache, () => cache.get('b') === undefined && cache.get('d') === 4);
    deepEqual(held(cache), { a: 5, c: 3, d: 4 });
    equal(cache.isSynced(), true);
  });

  it('is not synced before its first list is in', async () => {
    server.refuseLists.push(503);
    server.watches.push(() => undefined);
    const cache = start();
    equal(cache.isSynced(), false);
    await cache.synced;
    equal(server.lists(), 2);
  });

  it('lists anew after a 410, and tells of what went meanwhile', async () => {
    server.objects.set('a', 1).set('b', 2);
    server.watches.push(
      (answer) => {
        server.objects.delete('b');
        server.objects.set('c', 9);
        answer.end(line('ERROR', { kind: 'Status', code: 410, message: 'too old resource version' }));
      },
      () => undefined,
    );
    const cache = start();
    const told: string[] = [];
    cache.onChange((key) => told.push(key));
    await until(cache, () => cache.get('c') === 9);
    deepEqual(held(cache), { a: 1, c: 9 });
    ok(told.includes('b'));
    ok(
      troubles.some((reason) => reason.includes('410')),
      troubles.join(),
    );
  });

  it('never takes half a line for an event, and lists anew when the connection is cut in it', async () => {
    server.objects.set('a', 1);
    server.watches.push(
      (answer) => {
        server.objects.set('b', 3);
        answer.write(line('MODIFIED', objectOf('a', 2)) + line('ADDED', objectOf('x', 3)).slice(0, 30), () => {
          answer.destroy();
        });
      },
      () => undefined,
    );
    const cache = start();
    await until(cache, () => cache.get('b') === 3);
    deepEqual(held(cache), { a: 1, b: 3 });
  });

  it('puts events together that arrive in pieces, in the middle of a character too', async () => {
    const bytes = Buffer.from(line('ADDED', objectOf('grün', 7)));
    server.watches.push((answer) => {
      void (async () => {
        for (const byte of bytes) {
          answer.write(Buffer.from([byte]));
          await new Promise((resolve) => setImmediate(resolve));
        }
      })();
    });
    const cache = start();
    await until(cache, () => cache.get('grün') === 7);
  });

  it('goes on from where it was when the server ends a watch in good order', async () => {
    server.objects.set('a', 1);
    const froms: string[] = [];
    server.watches.push(
      (answer, from) => {
        froms.push(from);
        answer.end(line('MODIFIED', objectOf('a', 5)) + line('BOOKMARK', objectOf('', 8)));
      },
      (answer, from) => {
        froms.push(from);
        answer.write(line('MODIFIED', objectOf('a', 9)));
      },
    );
    const cache = start();
    await until(cache, () => cache.get('a') === 9);
    deepEqual(froms, ['1', '8']);
    equal(server.lists(), 1);
  });

  it('ends a watch that went silent, on a connection that may be dead, and lists anew', async () => {
    server.objects.set('a', 1);
    server.watches.push(
      () => {
        server.objects.set('b', 2);
      },
      () => undefined,
    );
    const cache = start(50);
    await until(cache, () => cache.get('b') === 2);
    ok(reconnects > 0);
  });

  it('pauses between watches that the server ends at once', async () => {
    server.watches.push((answer) => answer.end());
    start();
    while (pauses < 3) await new Promise((resolve) => setTimeout(resolve, 1));
    deepEqual(troubles, []);
  });

  it('pauses no longer than it is told to, however long the server is away', async () => {
    server.refuseLists.push(...Array<number>(12).fill(503));
    await start(60_000, { longestPauseMs: 2000 }).synced;
    deepEqual([pauses, longestPause], [12, 1500]);
  });

  it('watches on at once where nothing happens but bookmarks that repeat the version', async () => {
    server.objects.set('a', 1);
    let watches = 0;
    server.watches.push((answer) => {
      watches += 1;
      if (watches <= 5) answer.end(line('BOOKMARK', objectOf('', 1)));
    });
    start();
    while (watches <= 5) await new Promise((resolve) => setTimeout(resolve, 1));
    equal(pauses, 0);
  });

  it('refuses an event without end', async () => {
    server.objects.set('a', 1);
    server.watches.push(
      (answer) => {
        server.objects.set('b', 2);
        answer.write(`{"type":"ADDED","object":"${'x'.repeat(5 * 1024 * 1024)}`);
      },
      () => undefined,
    );
    const cache = start();
    await until(cache, () => cache.get('b') === 2);
    ok(
      troubles.some((reason) => reason.includes('exceeds')),
      troubles.join(),
    );
  });
});
