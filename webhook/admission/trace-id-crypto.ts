import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import type { TraceIdCrypto } from './trace-id.ts';

/** Signs with HMAC-SHA256. `key` is asked for each time, since it arrives with the certificates: 32 bytes, shared by all replicas. */
export function hmacCrypto(key: () => Buffer): TraceIdCrypto {
  const mac = (text: string): Buffer => createHmac('sha256', key()).update(text).digest();
  return {
    randomId: () => randomBytes(16).toString('hex'),
    sign: (text) => mac(text).toString('base64url'),
    verify: (text, signature) => {
      const claimed = Buffer.from(signature, 'base64url');
      const expected = mac(text);
      return claimed.length === expected.length && timingSafeEqual(claimed, expected);
    },
  };
}
