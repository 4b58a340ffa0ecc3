import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { caBundle, type CertificateState } from '../../../certs/certificate-state.ts';
import { issueState } from '../../../certs/issue-state.ts';
import { keepCertificates, type Announcement, type RotationDeps } from '../../../certs/rotation.ts';
import { MemoryStore } from './memory-store.ts';

const MINUTE_MS = 60_000;
const settings = {
  lives: { authorityMs: 90 * MINUTE_MS, servingMs: 30 * MINUTE_MS, settleMs: 3 * MINUTE_MS, backdateMs: 0 },
  names: ['flak.flak-system.svc'],
};

interface Replica {
  readonly served: CertificateState[];
  readonly announced: string[];
  readonly failures: unknown[];
  readonly pauses: number[];
}

/** Runs one replica for so many turns; each pause moves its clock on. */
async function run(
  store: MemoryStore,
  turns: number,
  changed: Partial<RotationDeps> = {},
  nowMs = Date.UTC(2030, 0, 1),
): Promise<Replica> {
  const replica: Replica = { served: [], announced: [], failures: [], pauses: [] };
  const abort = new AbortController();
  let known = '';
  await keepCertificates(
    {
      ...settings,
      store,
      announce: (bundle) => {
        replica.announced.push(bundle);
        const answer: Announcement = bundle === known ? 'unchanged' : 'changed';
        known = bundle;
        return Promise.resolve(answer);
      },
      serve: (state) => void replica.served.push(state),
      onFailure: (error) => void replica.failures.push(error),
      clock: {
        now: () => nowMs,
        sleep: (ms) => {
          replica.pauses.push(ms);
          nowMs += ms;
          if (replica.pauses.length >= turns) abort.abort();
          return Promise.resolve();
        },
      },
      checkEveryMs: MINUTE_MS,
      retryMs: 1000,
      ...changed,
    },
    abort.signal,
  );
  return replica;
}

describe('keeping certificates', function () {
  this.timeout(60_000);

  it('makes them, announces them, then serves them, and then only looks after them', async () => {
    const store = new MemoryStore();
    const { served, announced, failures, pauses } = await run(store, 3);
    assert.equal(store.history.length, 1);
    assert.deepEqual(served, [store.history[0], store.history[0], store.history[0]]);
    assert.equal(announced[0], caBundle(served[0] ?? assert.fail()));
    assert.deepEqual([failures, pauses], [[], [1000, MINUTE_MS, MINUTE_MS]]);
  });

  it('makes one authority however many replicas start at once', async () => {
    const store = new MemoryStore();
    const replicas = await Promise.all([run(store, 2), run(store, 2), run(store, 2)]);
    assert.equal(store.history.length, 1);
    assert.deepEqual(store.refusals, ['exists', 'exists']);
    for (const { served } of replicas) assert.deepEqual(served, [store.history[0], store.history[0]]);
  });

  it('lets one of two replicas rotate when both find it due, and the other adopt', async () => {
    const store = new MemoryStore();
    const start = Date.UTC(2030, 0, 1);
    await run(store, 1, {}, start);
    const due = start + 60 * MINUTE_MS;
    const replicas = await Promise.all([run(store, 12, {}, due), run(store, 12, {}, due)]);
    assert.ok(store.refusals.includes('conflict'), 'they never raced');
    assert.deepEqual(
      replicas.map(({ served }) => served.at(-1)),
      [store.history.at(-1), store.history.at(-1)],
    );
  });

  it('announces each authority for the settling time before it serves a certificate of it', async () => {
    const { served, announced, failures } = await run(new MemoryStore(), 220);
    assert.deepEqual(failures, []);
    let lastBundle = '';
    let turnsUnchanged = 0;
    let switches = 0;
    served.forEach((state, turn) => {
      const bundle = announced[turn] ?? '';
      turnsUnchanged = bundle === lastBundle ? turnsUnchanged + 1 : 0;
      const before = served[turn - 1];
      const hasNewSigner = before && signerOf(state) !== signerOf(before);
      // Four turns are three minutes and one turn in which the step was taken.
      if (hasNewSigner) assert.ok(turnsUnchanged >= 4, `turn ${turn}: ${turnsUnchanged} turns after its announcement`);
      if (hasNewSigner) switches++;
      lastBundle = bundle;
    });
    assert.ok(switches >= 2, `only ${switches} authorities took over`);
    assert.ok(new Set(announced).size >= 2 * switches, 'no bundle held both authorities');
  });

  it('begins the settling time anew when somebody took the bundle away', async () => {
    const store = new MemoryStore();
    const start = Date.UTC(2030, 0, 1);
    await run(store, 1, {}, start);
    await run(store, 20, { announce: () => Promise.resolve('changed') }, start + 61 * MINUTE_MS);
    assert.equal(store.history.at(-1)?.authorities.length, 2);
    assert.equal(signerOf(store.history.at(-1) ?? assert.fail()), signerOf(store.history[0] ?? assert.fail()));
  });

  it('replaces what it cannot read, and everything once the authority has expired', async () => {
    const store = new MemoryStore();
    store.history.push(undefined);
    await run(store, 1);
    assert.equal(store.history.length, 2);
    await run(store, 2, {}, Date.UTC(2031, 0, 1));
    assert.equal(store.history.length, 3);
    assert.notEqual(signerOf(store.history[2] ?? assert.fail()), signerOf(store.history[1] ?? assert.fail()));
  });

  it('adopts what another replica stored', async () => {
    const store = new MemoryStore();
    const theirs = await issueState(settings, Date.UTC(2030, 0, 1));
    store.history.push(theirs);
    assert.deepEqual((await run(store, 1)).served, [theirs]);
  });

  it('reports a failure, tries again soon, and serves as soon as it can', async () => {
    let failing = true;
    const announce = (): Promise<Announcement> => {
      const answer = failing ? Promise.reject(new Error('API server is gone')) : Promise.resolve('unchanged' as const);
      failing = false;
      return answer;
    };
    const { served, failures, pauses } = await run(new MemoryStore(), 2, { announce });
    assert.match(String(failures), /API server is gone/);
    assert.deepEqual([served.length, pauses], [1, [1000, MINUTE_MS]]);
  });

  it('serves, and keeps looking, while something that should carry the bundle is missing', async () => {
    const { served, pauses } = await run(new MemoryStore(), 2, { announce: () => Promise.resolve('incomplete') });
    assert.deepEqual([served.length, pauses], [2, [1000, 1000]]);
  });
});

/** The certificate of the authority that signed what is served: it stays the same until another one takes over. */
function signerOf(state: CertificateState): string {
  const serving = new X509Certificate(state.serving.certificatePem);
  const signer = state.authorities.find(({ certificatePem }) =>
    serving.verify(new X509Certificate(certificatePem).publicKey),
  );
  return signer?.certificatePem ?? assert.fail('nothing in the bundle verifies what is served');
}
