import { deepEqual, equal } from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import express from 'express';
import type { OwnObject } from '../../../../webhook/controller/own-object.ts';
import { uninstallRouter } from '../../../../webhook/controller/uninstall-router.ts';
import { createVirtualClock } from '../kube/virtual-clock.ts';

const ROLE = {
  metadata: {
    name: 'flak-webhook',
    namespace: 'flak-probe',
    uid: 'u-1',
    labels: { 'app.kubernetes.io/part-of': 'flak' },
  },
};

function reviewOf(request: object): object {
  const resource = { group: 'rbac.authorization.k8s.io', version: 'v1', resource: 'roles' };
  return {
    apiVersion: 'admission.k8s.io/v1',
    kind: 'AdmissionReview',
    request: { uid: 'r-1', operation: 'DELETE', resource, oldObject: ROLE, ...request },
  };
}

describe('POST /uninstall', () => {
  let asked: OwnObject[];
  let marks: number;

  const post = async (body: object): Promise<{ status: number; answer: unknown }> => {
    const deps = {
      ...createVirtualClock(0),
      findUid: (object: OwnObject) => {
        asked.push(object);
        return Promise.resolve({ kind: 'ok', value: 'u-1' } as const);
      },
      mark: () => {
        marks += 1;
        // Nobody leads: answered at once.
        return Promise.resolve({ kind: 'not-found' } as const);
      },
      markedForMs: () => null,
      remaining: () => ({ heldPods: 0, closedGates: 0, tracers: 0 }),
      onUninstall: () => undefined,
      onIgnored: () => undefined,
      onBusy: () => undefined,
    };
    const server = createServer(express().use(uninstallRouter(deps, new AbortController().signal)));
    await once(server.listen(0, '127.0.0.1'), 'listening');
    try {
      const response = await fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}/uninstall`, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify(body),
      });
      const text = await response.text();
      return { status: response.status, answer: response.ok ? (JSON.parse(text) as unknown) : text };
    } finally {
      server.closeAllConnections();
      server.close();
    }
  };
  const allowed = {
    apiVersion: 'admission.k8s.io/v1',
    kind: 'AdmissionReview',
    response: { uid: 'r-1', allowed: true },
  };

  beforeEach(() => {
    asked = [];
    marks = 0;
  });

  it('asks for the object that is deleted, and begins when it is that one', async () => {
    deepEqual((await post(reviewOf({}))).answer, allowed);
    const kind = { apiVersion: 'rbac.authorization.k8s.io/v1', plural: 'roles' };
    deepEqual(asked, [{ kind, namespace: 'flak-probe', name: 'flak-webhook' }]);
    equal(marks, 1);
  });

  it('allows a forged one, and begins nothing', async () => {
    const oldObject = { metadata: { ...ROLE.metadata, uid: 'guessed' } };
    deepEqual((await post(reviewOf({ oldObject }))).answer, allowed);
    equal(marks, 0);
  });

  it('reads no more than 1 MiB', async () => {
    const { status } = await post(reviewOf({ padding: ' '.repeat(1024 * 1024) }));
    deepEqual({ status, asked }, { status: 413, asked: [] });
  });

  it('begins nothing for a dry run, another operation, or an object without the label', async () => {
    const unlabelled = { metadata: { ...ROLE.metadata, labels: {} } };
    for (const request of [{ dryRun: true }, { operation: 'UPDATE' }, { oldObject: unlabelled }, { oldObject: null }])
      deepEqual((await post(reviewOf(request))).answer, allowed);
    deepEqual({ asked, marks }, { asked: [], marks: 0 });
  });
});
