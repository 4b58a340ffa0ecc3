/** A webhook that lets everything pass and remembers who called: for tests of who is called at all. */
import { once } from 'node:events';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { createAuthority, issue } from '../../cluster/certificates/issue.ts';

export interface Call {
  /** Path of the request: tests give each webhook entry its own. */
  readonly path: string;
  readonly operation: string;
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
}

export interface Receiver {
  readonly url: string;
  /** PEM, base64: what goes into `caBundle`. */
  readonly caBundle: string;
  readonly calls: Call[];
  close(): void;
}

interface Review {
  readonly request: {
    readonly uid: string;
    readonly operation: string;
    readonly namespace?: string;
    readonly name?: string;
    readonly kind: { readonly kind: string };
    readonly object: { readonly metadata: { readonly name?: string } } | null;
  };
}

export async function startReceiver(): Promise<Receiver> {
  const authority = await createAuthority('webhook-receiver');
  const { certificate, key } = await issue(authority, { commonName: 'receiver', addresses: ['127.0.0.1'] });
  const calls: Call[] = [];
  const server = createServer({ cert: certificate, key }, (request, response) => {
    void text(request).then((body) => {
      const { request: asked } = JSON.parse(body) as Review;
      calls.push({
        path: (request.url ?? '').replace(/\?.*$/, ''),
        operation: asked.operation,
        kind: asked.kind.kind,
        namespace: asked.namespace ?? '',
        name: asked.object?.metadata.name ?? asked.name ?? '',
      });
      response.setHeader('content-type', 'application/json');
      const answer = { uid: asked.uid, allowed: true };
      response.end(JSON.stringify({ apiVersion: 'admission.k8s.io/v1', kind: 'AdmissionReview', response: answer }));
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `https://127.0.0.1:${(server.address() as AddressInfo).port}`,
    caBundle: Buffer.from(authority.certificate).toString('base64'),
    calls,
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}
