/** Flak's raw recordings: the last report of each trace, caught before the control plane has merged and deleted it. */
import type { RecordedReport } from '../../profile/recording.ts';
import { parseTraceState, TRACE_STATE } from '../../webhook/kube/trace-state.ts';
import { FLAK_NAMESPACE, LABELS } from '../../webhook/names.ts';
import { waitUntil } from '../cluster/wait-until.ts';
import type { FlakCluster } from './flak-cluster.ts';
import { watchObjects, type Watch } from './watch-objects.ts';

export interface FinalReports extends Watch {
  /** Of a target whose trace is `Complete`, or about to be; waits until it has come, as nothing orders the two for who looks from outside. */
  readonly of: (podUid: string) => Promise<RecordedReport>;
}

/** Begins to collect; traces that end from now on are in it. */
export async function collectFinalReports(flak: FlakCluster): Promise<FinalReports> {
  const byPod = new Map<string, RecordedReport>();
  const selector = `${LABELS.component}=${TRACE_STATE.component}`;
  const args = ['configmaps', '-n', FLAK_NAMESPACE, '-l', selector];
  const watch = await watchObjects(flak, args, ({ object }) => {
    const { report } = parseTraceState(object);
    if (report.kind === 'final') byPod.set(report.podUid, report);
  });
  return {
    of: async (podUid) => {
      await waitUntil(`the final report of ${podUid}`, () => Promise.resolve(byPod.has(podUid)), { limitMs: 90_000 });
      const report = byPod.get(podUid);
      if (report === undefined) throw new Error(podUid);
      return report;
    },
    stop: () => watch.stop(),
  };
}
