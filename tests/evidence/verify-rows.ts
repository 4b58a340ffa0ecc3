/** Promises about verifying workloads of a cluster: docs/verify.md. */
import type { EvidenceRow } from './row.ts';
import { rowsOf } from './row.ts';

export const VERIFY_ROWS: readonly EvidenceRow[] = [
  ...rowsOf('e2e/verify', [
    [
      'flak verify WORKLOAD: a complete profile becomes verified, with and without Pod Security restricted; nothing is left',
      'earns a complete profile its level, and leaves nothing',
    ],
    [
      'flak verify WORKLOAD: a missing call is found by the ledger, and proven to be needed by the enforced run',
      'finds a call that the profile lacks, with its time, and proves that it is needed',
    ],
    [
      'Canaries get no traffic of a Service unless asked, and are adopted by nobody',
      'gives canaries no traffic of a Service unless asked, and its owner no canary',
    ],
    ['Ctrl-C leaves nothing of a verification on the cluster or the node', 'leaves nothing after Ctrl-C'],
    [
      'No filter weaker than RuntimeDefault is placed for a namespace that asks for RuntimeDefault',
      'places nothing beyond RuntimeDefault where the namespace asks for that',
    ],
  ]),
  ...rowsOf('e2e/verify-kinds', [
    ['flak verify of a StatefulSet', 'earns the profile of a StatefulSet its level, and leaves no canary'],
    ['flak verify of a DaemonSet', 'earns the profile of a DaemonSet its level, and leaves no canary'],
    ['flak verify of a Job, to its end', 'earns the profile of a Job its level, and leaves no canary'],
  ]),
  ...rowsOf('unit/profile/replay-filter', [
    [
      'What is placed within RuntimeDefault has room for every profile recorded under it',
      'has room for every profile that Flak makes of what RuntimeDefault let through',
    ],
  ]),
];
