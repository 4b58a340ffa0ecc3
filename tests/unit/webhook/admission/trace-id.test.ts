import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { hmacCrypto } from '../../../../webhook/admission/trace-id-crypto.ts';
import { issueTraceId, TRACE_ID_VALID_MS, verifyTraceId } from '../../../../webhook/admission/trace-id.ts';

const key = randomBytes(32);
const crypto = hmacCrypto(() => key);
const subject = { namespace: 'shop', name: '', generateName: 'web-7d9-' };
const NOW = Date.UTC(2026, 0, 1);

describe('a trace-id', () => {
  const traceId = issueTraceId(subject, NOW, crypto);

  it('holds for the pod it was issued for, on every replica that has the key', () => {
    const otherReplica = hmacCrypto(() => Buffer.from(key));
    assert.ok(verifyTraceId(traceId, subject, NOW + 1000, otherReplica));
  });

  it('holds for 15 s, and tolerates as much difference between the clocks of two replicas', () => {
    for (const skewMs of [-TRACE_ID_VALID_MS, 0, TRACE_ID_VALID_MS])
      assert.ok(verifyTraceId(traceId, subject, NOW + skewMs, crypto), String(skewMs));
    for (const skewMs of [-TRACE_ID_VALID_MS - 1, TRACE_ID_VALID_MS + 1])
      assert.ok(!verifyTraceId(traceId, subject, NOW + skewMs, crypto), String(skewMs));
  });

  it('holds for no pod of another namespace or name', () => {
    for (const other of [{ namespace: 'bank' }, { name: 'web' }, { generateName: 'web-' }])
      assert.ok(!verifyTraceId(traceId, { ...subject, ...other }, NOW, crypto), JSON.stringify(other));
    const shifted = { namespace: 'shopw', name: '', generateName: 'eb-7d9-' };
    assert.ok(!verifyTraceId(traceId, shifted, NOW, crypto), 'subjects run together');
  });

  it('does not hold under another key', () => {
    assert.ok(
      !verifyTraceId(
        traceId,
        subject,
        NOW,
        hmacCrypto(() => randomBytes(32)),
      ),
    );
  });

  it('does not hold with any of its characters changed', () => {
    const [id = '', issued = '', signature = ''] = traceId.split('.');
    fc.assert(
      fc.property(
        fc.nat(traceId.length - 1),
        fc.constantFrom('a', 'c', 'x', 'z', '0', '9', '-', '_', '.'),
        (at, character) => {
          const forged = traceId.slice(0, at) + character + traceId.slice(at + 1);
          // The last base64url character carries two spare bits: other characters may stand for the same bytes.
          fc.pre(forged !== traceId && at !== traceId.length - 1);
          assert.ok(!verifyTraceId(forged, subject, NOW, crypto), forged);
        },
      ),
    );
    assert.ok(!verifyTraceId(`${id}.${(NOW + 5000).toString(36)}.${signature}`, subject, NOW, crypto));
    assert.ok(!verifyTraceId(`${id}.${issued}.`, subject, NOW, crypto));
  });

  it('is never mistaken in what is none', () => {
    for (const text of [undefined, '', '..', 'a.b.c', 'unsigned', 'é.1.x', `${'a'.repeat(9000)}.1.x`])
      assert.ok(!verifyTraceId(text, subject, NOW, crypto), String(text));
  });

  it('is different each time', () => {
    const ids = new Set(Array.from({ length: 50 }, () => issueTraceId(subject, NOW, crypto)));
    assert.equal(ids.size, 50);
  });
});
