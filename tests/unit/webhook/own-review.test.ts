import assert from 'node:assert/strict';
import type { AddressInfo } from 'node:net';
import { caBundle, DEFAULT_LIVES, type CertificateState } from '../../../certs/certificate-state.ts';
import { issueState } from '../../../certs/issue-state.ts';
import { admissionRouter, type AdmissionDeps } from '../../../webhook/admission/server.ts';
import { SERVER_NAME } from '../../../webhook/names.ts';
import { addsGate } from '../../../webhook/own-review.ts';
import { certificateLoader, createControlPlaneServer, listenUntil } from '../../../webhook/server.ts';
import { createLog } from '../../../webhook/telemetry/log.ts';
import { admissionDeps } from './admission/review-server.ts';

const log = createLog('error', { write: () => undefined });

describe("a replica's review of its own", () => {
  let state: CertificateState;
  let other: CertificateState;

  before(async () => {
    const settings = { lives: DEFAULT_LIVES, names: [SERVER_NAME] };
    state = await issueState(settings, Date.now());
    other = await issueState(settings, Date.now());
  });

  async function served(changed: Partial<AdmissionDeps>, check: (port: number) => Promise<void>): Promise<void> {
    const server = createControlPlaneServer({ routers: [admissionRouter(admissionDeps(changed))], log });
    const ending = new AbortController();
    const { closed } = await listenUntil(server, 0, { leaving: ending.signal, closing: ending.signal });
    certificateLoader(server, log)(state.serving);
    await check((server.address() as AddressInfo).port);
    ending.abort();
    await closed;
  }

  it('finds the gate that it adds, by the certificate that it serves', async () => {
    await served({}, async (port) => {
      assert.equal(await addsGate(port, caBundle(state)), true);
      assert.equal(await addsGate(port, caBundle(other)), false);
    });
  });

  it('finds none where it adds none, fails, or does not listen', async () => {
    const condition = { controllerAlive: () => false, gateImageAvailable: () => true, uninstalling: () => false };
    let freed = 0;
    await served({ condition }, async (port) => {
      freed = port;
      assert.equal(await addsGate(port, caBundle(state)), false);
    });
    assert.equal(await addsGate(freed, caBundle(state)), false);
    const settings = (): never => {
      throw new Error('a defect');
    };
    await served({ settings }, async (port) => {
      assert.equal(await addsGate(port, caBundle(state)), false);
    });
  });
});
