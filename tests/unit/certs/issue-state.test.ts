import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { connect, createServer } from 'node:tls';
import { caBundle, fromEntries, toEntries, type CertificateState } from '../../../certs/certificate-state.ts';
import { inspectState } from '../../../certs/inspect-state.ts';
import { carryOut, issueState } from '../../../certs/issue-state.ts';

const HOUR_MS = 3_600_000;
const settings = {
  lives: { authorityMs: 10 * HOUR_MS, servingMs: HOUR_MS, settleMs: 1000, backdateMs: 60_000 },
  names: ['flak.flak-system.svc', 'flak-starting.flak-system.svc'],
};
const NOW = Math.floor(Date.now() / 1000) * 1000;

/** One handshake as the API server makes it; resolves to the error, or undefined. */
async function handshake({ serving }: CertificateState, ca: string, servername: string): Promise<Error | undefined> {
  const server = createServer({ cert: serving.certificatePem, key: serving.keyPem }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const socket = connect({ port: (server.address() as AddressInfo).port, host: '127.0.0.1', ca, servername });
  try {
    return await Promise.race([
      once(socket, 'secureConnect').then(() => undefined),
      once(socket, 'error').then(([error]: Error[]) => error),
    ]);
  } catch (error) {
    return error as Error;
  } finally {
    socket.destroy();
    server.close();
  }
}

describe('a fresh certificate state', function () {
  this.timeout(20_000);
  let state: CertificateState;
  before(async () => {
    state = await issueState(settings, NOW);
  });

  it('is verified under each of its names by whoever trusts the bundle', async () => {
    for (const name of settings.names) assert.equal(await handshake(state, caBundle(state), name), undefined, name);
  });

  it('is refused under another name, and by whoever trusts another authority', async () => {
    assert.match(String(await handshake(state, caBundle(state), 'flak.default.svc')), /does not match|altnames/i);
    const other = await issueState(settings, NOW);
    assert.notEqual(await handshake(state, caBundle(other), settings.names[0] ?? ''), undefined);
  });

  it('has the lives it was asked for, begun a little earlier', () => {
    const inspected = inspectState(state, settings.names);
    assert.deepEqual(inspected, {
      authorities: [{ notBeforeMs: NOW - 60_000, notAfterMs: NOW + 10 * HOUR_MS }],
      serving: { notBeforeMs: NOW - 60_000, notAfterMs: NOW + HOUR_MS },
      signer: 0,
      namesMatch: true,
    });
  });

  it('makes an authority that signs no further ones, and a leaf that is no authority', () => {
    const authority = new X509Certificate(state.authorities[0].certificatePem);
    const serving = new X509Certificate(state.serving.certificatePem);
    assert.deepEqual([authority.ca, serving.ca], [true, false]);
    assert.deepEqual(serving.keyUsage, ['1.3.6.1.5.5.7.3.1']);
    assert.ok(authority.verify(authority.publicKey) && serving.verify(authority.publicKey));
  });

  it('has positive random serials of full length', () => {
    const serials = [state.authorities[0], state.serving].map(
      ({ certificatePem }) => new X509Certificate(certificatePem).serialNumber,
    );
    for (const serial of serials) assert.match(serial, /^[4-7][0-9A-F]{31}$/);
    assert.equal(new Set(serials).size, 2);
  });

  it('comes back from the entries of a Secret as it was', async () => {
    const two = await carryOut({ kind: 'add-authority' }, state, settings, NOW);
    for (const each of [state, two]) assert.deepEqual(fromEntries(toEntries(each)), each);
  });

  it('is not made of entries that lack something', () => {
    const entries = toEntries(state);
    assert.equal(fromEntries({}), undefined);
    assert.equal(fromEntries({ ...entries, 'tls.key': undefined }), undefined);
    assert.equal(fromEntries({ ...entries, 'ca.crt': '' }), undefined);
    assert.equal(fromEntries({ ...entries, 'ca.key': entries['ca.key'].repeat(2) }), undefined);
    assert.equal(fromEntries({ ...entries, 'trace-id.key': 'c2hvcnQ=' }), undefined);
  });

  it('is not recognised with a foreign key or a broken certificate in it', async () => {
    const other = await issueState(settings, NOW);
    const mixed = { ...state, serving: { ...state.serving, keyPem: other.serving.keyPem } };
    const broken = { ...state, authorities: [{ certificatePem: 'x', keyPem: 'y' }] as const };
    assert.equal(inspectState(mixed, settings.names), undefined);
    assert.equal(inspectState(broken, settings.names), undefined);
  });

  it('tells a leaf of another authority, and other names', async () => {
    const other = await issueState(settings, NOW);
    assert.equal(inspectState({ ...state, serving: other.serving }, settings.names)?.signer, -1);
    assert.equal(inspectState(state, ['flak.flak-system.svc'])?.namesMatch, false);
  });
});

describe('a rotation, step by step', function () {
  this.timeout(20_000);

  it('lets a client with either bundle verify what is served at every moment', async () => {
    const name = settings.names[0] ?? '';
    const first = await issueState(settings, NOW);
    const both = await carryOut({ kind: 'add-authority' }, first, settings, NOW);
    const switched = await carryOut({ kind: 'issue-serving', signer: 1 }, both, settings, NOW);
    const last = await carryOut({ kind: 'drop-authority' }, switched, settings, NOW);
    assert.equal(await handshake(first, caBundle(both), name), undefined);
    assert.equal(await handshake(both, caBundle(first), name), undefined);
    assert.equal(await handshake(switched, caBundle(both), name), undefined);
    assert.equal(await handshake(switched, caBundle(last), name), undefined);
    assert.notEqual(await handshake(switched, caBundle(first), name), undefined, 'this is why bundles settle first');
    assert.deepEqual([last.authorities.length, last.authorities[0]], [1, both.authorities[1]]);
  });

  it('never gives a serving certificate a longer life than its authority has left', async () => {
    const state = await issueState(settings, NOW);
    const late = NOW + 10 * HOUR_MS - 5000;
    const renewed = await carryOut({ kind: 'issue-serving', signer: 0 }, state, settings, late);
    assert.equal(inspectState(renewed, settings.names)?.serving.notAfterMs, NOW + 10 * HOUR_MS);
  });

  it('keeps the key of the trace-ids, whatever is replaced', async () => {
    const state = await issueState(settings, NOW);
    const over = await carryOut({ kind: 'start-over' }, state, settings, NOW);
    assert.equal(over.traceIdKey, state.traceIdKey);
    assert.notEqual(caBundle(over), caBundle(state));
    assert.deepEqual((await carryOut({ kind: 'drop-authority' }, state, settings, NOW)).authorities, state.authorities);
  });
});
