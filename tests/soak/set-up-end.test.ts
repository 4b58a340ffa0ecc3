/** Decision 11: set-up ends at the exec of the container's program, over 200 starts of each runtime. */
import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { recordFigure } from '../figure.ts';
import type { BundleOptions } from '../integration/tracer-ledger/bundles.ts';
import { makeBundle, makeRoot, runCrun, runc } from '../integration/tracer-ledger/bundles.ts';
import { calledBy, straceNumbers } from '../integration/tracer-ledger/numbers.ts';
import type { PodCgroup } from '../integration/tracer-ledger/stage.ts';
import { stageForAll } from '../integration/tracer-ledger/stage-hooks.ts';
import type { SlotReading } from '../../tracer/ledger/ledger.ts';

const PODS = 10;
const STARTS_PER_POD = 20;
const STARTS = PODS * STARTS_PER_POD;
const PLAIN: BundleOptions = { args: ['/bin/target'], noNewPrivileges: true };
/** mount, pivot_root: what every runtime calls, and the program never. */
const OF_RUNTIMES = [165, 155];

describe(`set-up, over ${STARTS} starts`, () => {
  const stage = stageForAll();
  let root: string;
  let expected: number[];

  before(() => {
    root = makeRoot(stage.folder, 'workload');
    expected = straceNumbers(stage.folder, join(root, 'bin/target'));
  });

  function assertSplit({ containers, reasons }: SlotReading): void {
    assert.deepEqual([containers.length, reasons], [STARTS_PER_POD, []]);
    for (const container of containers) {
      assert.deepEqual(calledBy(container, 'x86_64', 'startup'), expected, container.name);
      assert.deepEqual(calledBy(container, 'x86_64', 'serving', 'exec:probe', 'exec:foreign'), [], container.name);
      const setUp = calledBy(container, 'x86_64', 'setup');
      for (const nr of OF_RUNTIMES) assert.ok(setUp.includes(nr), `${container.name}: set-up without ${nr}`);
      assert.ok(container.startedNs);
    }
  }

  /** Starts them pod by pod: a slot has room for 128 containers. */
  async function startAll(start: (pod: PodCgroup, names: readonly string[]) => void): Promise<void> {
    for (let turn = 0; turn < PODS; turn++) {
      const pod = stage.pod();
      const slot = await stage.join(pod);
      const names = Array.from({ length: STARTS_PER_POD }, (_, index) => `c${turn}-${index}`);
      start(pod, names);
      assertSplit(slot.read());
      await slot.leave();
    }
  }

  it('ends at the exec of the container’s program, 200 starts of runc out of 200', async function () {
    await startAll((pod, names) => {
      for (const name of names) {
        runc(stage.folder, 'run', '--bundle', makeBundle(stage.folder, root, pod, name, PLAIN), name);
      }
    });
    recordFigure(this, `${STARTS} of ${STARTS}`);
  });

  it('ends at the exec of the container’s program, 200 starts of crun out of 200', async function () {
    await startAll((pod, names) => {
      for (const name of names) {
        mkdirSync(join(pod.directory, name));
        makeBundle(stage.folder, root, pod, name, PLAIN);
      }
      runCrun(stage.folder, pod, names);
    });
    recordFigure(this, `${STARTS} of ${STARTS}`);
  });
});
