import assert from 'node:assert/strict';
import { existsSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { request } from 'node:https';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { FilesServer, OTHER_UID, READER, TRACER, UID } from './files-server.ts';

const FILE = { folder: 'web', name: 'trace_io_0.log' } as const;

describe('who may do what at the store of lines', () => {
  let server: FilesServer;
  beforeEach(() => {
    server = new FilesServer();
  });
  afterEach(async () => {
    await server.close();
  });

  const put = (content: string, offset: number) =>
    server.connect().put({ ...FILE, offset }, Buffer.from(content), new AbortController().signal);

  async function raw(
    method: string,
    path: string,
    { token = 'tracer', body = '', ...headers }: Record<string, string> = {},
  ) {
    const { ca, port } = server;
    return new Promise<{ status: number; body: string }>((resolve, reject) => {
      const options = { host: '127.0.0.1', port, ca, servername: 'flak-files.flak-system.svc', method, path };
      const sent = request(
        {
          ...options,
          headers: { authorization: `Bearer ${token}`, 'content-type': 'application/octet-stream', ...headers },
          agent: false,
        },
        (response) => {
          text(response).then((answer) => {
            resolve({ status: response.statusCode ?? 0, body: answer });
          }, reject);
        },
      );
      sent.on('error', reject);
      sent.end(body);
    });
  }

  const path = `/v1/traces/${UID}/files/web/trace_io_0.log`;
  const doors: readonly [who: string, status: number, method: string, path: string, headers: Record<string, string>][] =
    [
      ['nobody', 401, 'PUT', `${path}?offset=0`, { authorization: 'Basic eDp5' }],
      ['a token that the API server does not know', 401, 'PUT', `${path}?offset=0`, { token: 'forged' }],
      ["another trace's tracer", 403, 'PUT', `/v1/traces/${OTHER_UID}/files/web/trace_io_0.log?offset=0`, {}],
      ['a reader who wants to write', 403, 'PUT', `${path}?offset=0`, { token: 'reader' }],
      ['a tracer who wants to read lines', 403, 'GET', path, {}],
      ['a tracer who wants to see all traces', 403, 'GET', '/v1/traces', {}],
      ['another account', 403, 'GET', '/v1/traces', { token: 'stranger' }],
      ['a reader', 200, 'GET', '/v1/traces', { token: 'reader' }],
      ['a reader of a file that is not there', 404, 'GET', path, { token: 'reader' }],
      ['a reader of something else', 404, 'GET', `/v1/traces/${UID}/files/web/trace.json`, { token: 'reader' }],
      [
        'a reader of a folder above',
        404,
        'GET',
        `/v1/traces/${UID}/files/%2e%2e%2f%2e%2e/trace_io_0.log`,
        { token: 'reader' },
      ],
      ['its own tracer with a folder above', 400, 'PUT', `/v1/traces/${UID}/files/%2e%2e/trace_io_0.log?offset=0`, {}],
      [
        'its own tracer with a name that is none',
        400,
        'PUT',
        `/v1/traces/${UID}/files/web/..%2f..%2ftrace.json?offset=0`,
        {},
      ],
      ['its own tracer without a place', 400, 'PUT', path, {}],
      ['its own tracer with a place before the file', 400, 'PUT', `${path}?offset=-1`, {}],
      ['its own tracer with another type', 400, 'PUT', `${path}?offset=0`, { 'content-type': 'application/json' }],
      ['its own tracer with a packed body', 415, 'PUT', `${path}?offset=0`, { 'content-encoding': 'gzip', body: 'x' }],
      ['its own tracer with too much', 413, 'PUT', `${path}?offset=0`, { body: 'x'.repeat(2 * 1024 * 1024 + 1) }],
    ];
  for (const [who, status, method, target, headers] of doors)
    it(`answers ${status} to ${who}`, async () => {
      await server.start();
      server.tokens.set('stranger', { ...TRACER, user: 'system:serviceaccount:shop:default' });
      assert.equal((await raw(method, target, headers)).status, status);
      assert.equal(existsSync(join(server.root, UID)), false);
    });

  it('answers 403 to a tracer whose pod is gone, and 503 while that can not be known', async () => {
    await server.start();
    server.tracers.clear();
    assert.equal((await raw('PUT', `${path}?offset=0`)).status, 403);
    server.tokens.set('tracer', { kind: 'try-later' });
    assert.equal((await raw('PUT', `${path}?offset=0`)).status, 503);
  });

  it('writes through no link', async () => {
    await server.start();
    await put('one\n', 0);
    const outside = join(server.directory, 'outside');
    writeFileSync(outside, '');
    symlinkSync(outside, join(server.root, UID, 'web', 'trace_io_1.log'));
    assert.equal((await raw('PUT', path.replace('_0', '_1') + '?offset=0', { body: 'two' })).status, 500);
    assert.equal(readFileSync(outside, 'utf8'), '');
  });

  it('gives a reader whole files and the list of them', async () => {
    await server.start();
    server.tokens.set('reader', READER);
    await put('one\n', 0);
    assert.deepEqual(await raw('GET', path, { token: 'reader' }), { status: 200, body: 'one\n' });
    const { traces } = JSON.parse(
      (await raw('GET', '/v1/traces?namespace=shop&pod=web-0', { token: 'reader' })).body,
    ) as { traces: object[] };
    assert.deepEqual(traces, [
      { uid: UID, namespace: 'shop', pod: 'web-0', bytes: 4, files: 1, updatedAt: '2023-11-14T22:13:20.000Z' },
    ]);
    assert.equal((await raw('GET', '/v1/traces?namespace=other', { token: 'reader' })).body, '{"traces":[]}');
    assert.deepEqual(JSON.parse((await raw('GET', `/v1/traces/${UID}/files`, { token: 'reader' })).body), {
      files: [{ ...FILE, bytes: 4 }],
    });
  });
});
