/**
 * The trace-id: `<id>.<issued, ms since epoch, base 36>.<signature>`. It tells a gate that admission put in a moment ago
 * (the API server asks again after other plugins changed the pod) from one that was copied out of another pod's manifest.
 */

/** What the pod has for a name before it is stored: `metadata.uid` and a generated name are given after admission. */
export interface TraceIdSubject {
  readonly namespace: string;
  readonly name: string;
  readonly generateName: string;
}

export interface TraceIdCrypto {
  /** At least 128 random bits, in characters an annotation and a label may hold; no dot. */
  randomId(): string;
  /** Signature of the text, base64url, the same on every replica. */
  sign(text: string): string;
  /** Compares in constant time. */
  verify(text: string, signature: string): boolean;
}

/**
 * All webhooks of one request are asked, and asked again, within the API server's request timeout; each has 30 s at
 * most, ours 5 s, and a reinvocation that comes later merely gets a new id. Also the clock skew tolerated between replicas.
 */
export const TRACE_ID_VALID_MS = 15_000;

export function issueTraceId(subject: TraceIdSubject, nowMs: number, crypto: TraceIdCrypto): string {
  const unsigned = `${crypto.randomId()}.${nowMs.toString(36)}`;
  return `${unsigned}.${crypto.sign(signedText(unsigned, subject))}`;
}

/** True for an id that a replica of ours issued for this very pod within the last 15 s. */
export function verifyTraceId(
  traceId: string | undefined,
  subject: TraceIdSubject,
  nowMs: number,
  crypto: TraceIdCrypto,
): boolean {
  const parts = /^([\w-]{1,64})\.([0-9a-z]{1,11})\.([\w-]{1,128})$/.exec(traceId ?? '');
  if (parts === null) return false;
  const [, id = '', issued = '', signature = ''] = parts;
  if (Math.abs(nowMs - Number.parseInt(issued, 36)) > TRACE_ID_VALID_MS) return false;
  return crypto.verify(signedText(`${id}.${issued}`, subject), signature);
}

/** JSON, so that no two subjects run together into the same text. */
function signedText(unsigned: string, { namespace, name, generateName }: TraceIdSubject): string {
  return JSON.stringify([unsigned, namespace, name, generateName]);
}
