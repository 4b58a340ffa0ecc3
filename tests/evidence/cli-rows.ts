/** Promises about the command line beside a real cluster, and about what its profiles are for. */
import type { EvidenceRow } from './row.ts';
import { rowsOf } from './row.ts';

export const CLI_ROWS: readonly EvidenceRow[] = [
  ...rowsOf('e2e/cli', [
    [
      'flak doctor: whether a cluster and its nodes can be traced',
      'finds nothing in the way of tracing on the cluster and on its node, and leaves no pod behind',
    ],
    [
      'flak trace and snapshot: pods that run are traced, looked at and let go, and go on',
      'traces pods that run from now on, shows what was seen so far, and lets them go',
    ],
    [
      'flak trace start --restart: the workload rolls and is traced from its first instruction',
      'rolls a workload to trace it from the first instruction, and gives its whole profile',
    ],
    ['flak diff: what a release changed', 'says what a new image changed'],
    ['Every example of --help runs as it is printed', 'runs every example of its help as it is printed'],
    ['-o json has the documented shapes', 'answers about what is stored, in the shapes that the documentation gives'],
  ]),
  ...rowsOf('e2e/served', [
    [
      'Recorded profiles of nginx, redis and python let them start and serve under the kubelet, in every combination of user and privileges',
      'start and serve, with and without allowPrivilegeEscalation, as root and as another user',
    ],
    [
      'A served profile lacks nothing to spare: without a call they need, they serve nothing',
      'serve nothing without a call that they need, and say so',
    ],
  ]),
  ...rowsOf('e2e/files', [
    [
      'F8: file lines reach flak-files while the target runs, and flak files get fetches them',
      'are uploaded while the target runs, and fetched by who may read them',
    ],
  ]),
];
