import { deepEqual, equal, ok } from 'node:assert/strict';
import { backoffMs as tracerBackoffMs } from '../../../../tracer/report/backoff.ts';
import { SANDBOX_WAIT_MS } from '../../../../tracer/run/decide.ts';
import { parseConfiguration } from '../../../../webhook/configuration.ts';
import { backoffMs, LONGEST_PAUSE_MS } from '../../../../webhook/kube/watch.ts';

describe('the pause before a list is tried again', () => {
  it('doubles up to 5 s and is spread over half of itself', () => {
    deepEqual(
      [1, 2, 3, 7, 50].map((failures) => backoffMs(failures, () => 1)),
      [500, 1000, 2000, 5000, 5000],
    );
    equal(
      backoffMs(1, () => 0),
      250,
    );
  });

  it('lets a tracer hear of a deletion, and report, before its last report is overdue', () => {
    const parsed = parseConfiguration({ FLAK_GATE_IMAGE: 'gate:1', FLAK_TRACER_IMAGE: 'tracer:1', POD_NAME: 'flak-1' });
    ok(parsed.kind === 'valid');
    const { flushDeadlineMs } = parsed.configuration;
    // The control plane was away: a replica's cache and a tracer both pause as long as they ever do, one after the other.
    const reportedMs = LONGEST_PAUSE_MS + tracerBackoffMs(50, 0.999) + SANDBOX_WAIT_MS;
    ok(reportedMs < flushDeadlineMs * 0.75, `${reportedMs} of ${flushDeadlineMs} ms`);
  });
});
