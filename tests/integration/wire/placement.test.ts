/** What a canary's tracer is told to place, over the wire. */
import assert from 'node:assert/strict';
import type { Placement } from '../../../profile/placement.ts';
import { MAX_PLACEMENT_BYTES } from '../../../profile/placement.ts';
import { createWire, UID, type Wire } from './wire.ts';

const NAME = 'shop.0123456789abcdef0123456789abcdef.web.json';

describe('placements on the wire', () => {
  let wire: Wire;
  const ask = () => wire.controlPlane.askPlacement(new AbortController().signal);
  const answer = (value: Placement): void => {
    wire.server.placements.set(UID, { kind: 'ok', value });
  };

  beforeEach(async () => {
    wire = await createWire();
  });

  afterEach(async () => {
    await wire.close();
  });

  it('arrive whole, larger than any other answer', async () => {
    const files = { kind: 'files', files: [{ name: NAME, content: 'x'.repeat(500_000) }] } as const;
    answer({ ...files, files: [...files.files] });
    assert.deepEqual(await ask(), files);
  });

  it('are refused with a reason where there is one, and where they exceed their bound', async () => {
    answer({ kind: 'refused', reason: 'no such profile' });
    assert.deepEqual(await ask(), { kind: 'refused', reason: 'no such profile' });
    answer({ kind: 'files', files: [{ name: NAME, content: 'x'.repeat(MAX_PLACEMENT_BYTES) }] });
    const refused = await ask();
    assert.match(refused.kind === 'refused' ? refused.reason : '', /exceed 1048576 bytes/);
  });

  it('are asked for again while the API server is away, or the target unknown', async () => {
    assert.equal((await ask()).kind, 'not-now');
    wire.server.placements.set(UID, { kind: 'try-later', afterMs: 1, message: 'away' });
    const away = await ask();
    assert.ok(away.kind === 'not-now' && away.retryAfterMs === 1000);
    assert.deepEqual(wire.server.results, ['finished', 'try-later']);
  });

  it('are no answer where a name could lead elsewhere', async () => {
    answer({ kind: 'files', files: [{ name: '../../etc/x.json', content: '' }] });
    assert.equal((await ask()).kind, 'not-now');
  });

  it('are told to the tracer of that trace alone', async () => {
    answer({ kind: 'refused', reason: 'secret' });
    const foreign = await wire.raw('GET', `/v1/traces/${UID}/placement`, undefined, {
      authorization: 'Bearer unknown',
    });
    assert.equal(foreign.status, 401);
    assert.doesNotMatch(foreign.body, /secret/);
  });
});
