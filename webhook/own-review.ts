/**
 * Asks this very replica for a gate, over its own port. A dry-run pod shows that reviews reach *some* replica; while another
 * one is replaced, a replica that could add no gate would be taken for ready by that.
 */
import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { request } from 'node:https';
import { text } from 'node:stream/consumers';
import { z } from 'zod';
import { GATE, LABELS, PROBE_NAMESPACE, SERVER_NAME } from './names.ts';
import { probePod } from './kube/readiness-probe.ts';

const TIMEOUT_MS = 5000;

const answerSchema = z.object({ response: z.object({ patch: z.string() }) });

const REVIEW = JSON.stringify({
  apiVersion: 'admission.k8s.io/v1',
  kind: 'AdmissionReview',
  request: {
    uid: 'own-review',
    resource: { group: '', version: 'v1', resource: 'pods' },
    operation: 'CREATE',
    namespace: PROBE_NAMESPACE,
    dryRun: true,
    object: probePod({ [LABELS.trace]: 'true' }, []),
  },
});

/**
 * @param ca PEM, of the certificate that is served
 * @returns false, too, where nothing answers
 */
export async function addsGate(port: number, ca: string): Promise<boolean> {
  try {
    const sent = request({
      host: '127.0.0.1',
      port,
      path: '/mutate',
      method: 'POST',
      servername: SERVER_NAME,
      ca,
      agent: false,
      headers: { 'content-type': 'application/json', 'content-length': Buffer.byteLength(REVIEW) },
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    const answered = once(sent, 'response');
    sent.end(REVIEW);
    const [response] = (await answered) as [IncomingMessage];
    const answer = answerSchema.parse(JSON.parse(await text(response)));
    return Buffer.from(answer.response.patch, 'base64').toString('utf8').includes(`"name":"${GATE.container}"`);
  } catch {
    // Not listening yet, no certificate yet, or no patch in the answer: asked again a second later.
    return false;
  }
}
