import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import express from 'express';
import { hmacCrypto } from '../../../../webhook/admission/trace-id-crypto.ts';
import { admissionRouter, type AdmissionDeps } from '../../../../webhook/admission/server.ts';
import { admissionMetrics } from '../../../../webhook/telemetry/admission-metrics.ts';
import { createLog } from '../../../../webhook/telemetry/log.ts';
import { Registry } from 'prom-client';
import { SETTINGS } from './admission-fixtures.ts';

export const REVIEW_HEADERS = { 'Content-Type': 'application/json' };

/** Caches in which every namespace exists and has no labels, and a Flak that is well. */
export function admissionDeps(changed: Partial<AdmissionDeps> = {}): AdmissionDeps {
  return {
    cluster: {
      namespace: () => ({ labels: {}, terminating: false }),
      runtimeClass: () => undefined,
      podFailurePolicy: () => 'unknown',
    },
    condition: { controllerAlive: () => true, gateImageAvailable: () => true, uninstalling: () => false },
    crypto: hmacCrypto(() => Buffer.alloc(32, 7)),
    now: () => 1_767_225_600_000,
    settings: () => SETTINGS,
    metrics: admissionMetrics(new Registry()),
    log: createLog('error', { write: () => undefined }),
    ...changed,
  };
}

/** Admission behind plain HTTP. */
export async function serveAdmission(changed: Partial<AdmissionDeps> = {}) {
  const registry = new Registry();
  const logged: Record<string, unknown>[] = [];
  const deps = admissionDeps({
    metrics: admissionMetrics(registry),
    log: createLog('debug', { write: (line) => void logged.push(JSON.parse(line) as Record<string, unknown>) }),
    ...changed,
  });
  const server = createServer(express().use(admissionRouter(deps))).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/mutate`;
  const post = (body: string, headers: Record<string, string> = REVIEW_HEADERS): Promise<Response> =>
    fetch(url, { method: 'POST', body, headers });
  return {
    url,
    post,
    logged,
    reviews: async () => (await registry.getSingleMetric('flak_admission_reviews_total')?.get())?.values ?? [],
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

export function reviewOf(object: unknown, request: object = {}): Record<string, unknown> {
  return {
    apiVersion: 'admission.k8s.io/v1',
    kind: 'AdmissionReview',
    request: {
      uid: '705ab4f5-6393-11e8-b7cc-42010a800002',
      kind: { group: '', version: 'v1', kind: 'Pod' },
      resource: { group: '', version: 'v1', resource: 'pods' },
      operation: 'CREATE',
      namespace: 'shop',
      object,
      dryRun: false,
      ...request,
    },
  };
}

export interface ReviewAnswer {
  readonly apiVersion: string;
  readonly kind: string;
  readonly response: {
    readonly uid: string;
    readonly allowed: boolean;
    readonly patchType?: string;
    readonly patch?: string;
    readonly warnings?: string[];
    readonly auditAnnotations?: Record<string, string>;
  };
}
