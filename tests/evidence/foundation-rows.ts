/** Promises about the parts: gate, admission, certificates, wire, ledger, manifests, profiles and command line. */
import type { EvidenceRow } from './row.ts';
import { rowsOf } from './row.ts';

export const FOUNDATION_ROWS: readonly EvidenceRow[] = [
  ...rowsOf('e2e/workloads', [
    [
      'One SyscallProfile per workload (top-level owner) and container',
      'stores one profile per workload and container',
    ],
    ['A profile is the union over its workload’s pods', 'keeps the union over the pods of a workload'],
    [
      'No contribution is lost when two pods end in the same second',
      'loses no contribution when two pods end in the same second',
    ],
    [
      'Gates opened by their tracer give profiles without any reason',
      'claims to have seen everything, since every gate was opened by its tracer',
    ],
    ['F5: nothing that Flak made for a target is left', 'leaves no tracer and no state of an open trace behind'],
  ]),
  ...rowsOf('e2e/lifecycle', [
    [
      'F1: an unlabelled pod’s stored spec is left alone',
      'leaves the stored spec of an unlabelled pod as it is without Flak',
    ],
    ['F3: the tracer runs on its target’s node', 'runs the tracer on the node of its target'],
    [
      'F3: a namespace’s administrator can’t exec into, read or delete the tracer',
      "keeps a namespace's administrator away from the tracer",
    ],
    ['F4: the Trace says what the API says', 'says in the Trace what the API server says of the pod'],
    ['F4: the tracer’s name and annotations', 'names the tracer after its target, and writes on it whose it is'],
    ['F4: spoofed flak.dev annotations are overwritten', 'overwrites what a user pretends in flak.dev annotations'],
    [
      'F5: the profile is stored before the pod object is gone',
      'has stored the profile before the pod object is gone, and then removes the tracer',
    ],
  ]),
  ...rowsOf('integration/gate/gate', [
    ['The gate is one small static binary (≤ 1 MiB)', 'is one small static binary'],
    [
      'The gate opens within 20 ms of being told, by both media',
      'opens when told, by either medium; how soon is measured',
    ],
    ['A gate never waits beyond its timeout', 'opens at its timeout, and succeeds'],
    ['Fail-closed: only arming opens the gate', 'ignores a release and opens for the tracer only'],
  ]),
  ...rowsOf('integration/certs/rotation-under-load', [
    [
      'Certificates rotate under a stream of reviews and none fails',
      'none fails, on new connections and on ones that are kept',
    ],
  ]),
  ...rowsOf('integration/wire/reports', [
    ['A repeated report gets the same answer', 'get the same answer, byte by byte, when they are sent again'],
    [
      'Other bytes under the same number are a conflict',
      'of another content under a number in use tell the newest number',
    ],
    ['Reports have a size limit', 'beyond 512 KiB are refused, and the connection serves on'],
  ]),
  ...rowsOf('integration/wire/away', [
    ['Nothing is lost while the control plane is away', 'the courier tries on until it is back, and loses nothing'],
  ]),
  ...rowsOf('integration/controller', [
    [
      'The flush deadline ends in a partial profile',
      'stores what the last snapshot held when the last report never comes',
    ],
    ['A new leader goes on', 'goes on when the leader ends'],
    ['An API server that is away for 10 s loses nothing', 'loses nothing when the API server is away for 10 s'],
  ]),
  ...rowsOf('integration/tracer-ledger/recording', [
    [
      'The ledger equals an independent recorder over every call number',
      'records what an independent recorder records, of a program that makes every system call beside a busy thread',
    ],
    ['Two pods on a node are kept apart', 'keeps two pods apart'],
  ]),
  ...rowsOf('integration/tracer-ledger/life', [
    [
      'A killed tracer loses nothing; its successor finds the slot',
      'goes on while its tracer is dead, and is found again by the next one',
    ],
    ['The last tracer out leaves no program, map or pin', 'leaves nothing behind when the last one is out'],
  ]),
  ...rowsOf('integration/tracer-ledger/runtimes', [
    [
      'Denied calls are named with their errno, and nothing else is',
      'keeps apart what runc does under the filter, and names what the filter denies with its errno, and nothing else',
    ],
    [
      'Processes that join a container are told apart',
      'tells a program that joins by runc exec from the one that was there',
    ],
  ]),
  ...rowsOf('integration/cli/commands', [
    [
      '`flak uninstall` keeps the profiles and leaves no pod held',
      'keeps the profiles, takes Flak away though nothing of it runs, and leaves no pod held',
    ],
  ]),
];
