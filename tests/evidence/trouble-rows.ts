/** Promises about what goes wrong: decision 10, hard cases of docs/architecture.md. */
import type { EvidenceRow } from './row.ts';
import { rowsOf } from './row.ts';

export const TROUBLE_ROWS: readonly EvidenceRow[] = [
  ...rowsOf('e2e/fail-safe', [
    [
      "A refused tracer (policy, quota): the target starts at once, Trace and Event repeat the API server's words",
      'starts at once when the API server refuses its tracer, whose words Trace and Event repeat',
    ],
    [
      "Fail-closed: with no tracer possible the target never starts, and fails at the gate's timeout",
      'fails at its timeout when it is fail-closed and no tracer can be made',
    ],
    [
      'Fail-closed: the target starts, traced from its first instruction, once a tracer can be made',
      'starts traced, although fail-closed, once tracers are allowed',
    ],
    [
      'Deleted while it waits at the gate: the finalizer goes at once',
      'goes at once when it is deleted while it waits at a closed gate',
    ],
    [
      'Deleted before it has a node: the finalizer goes at once, the Trace says never-scheduled',
      'goes at once when it is deleted before it has a node',
    ],
    ['Force delete: what was recorded is kept', 'keeps what was recorded when it is deleted by force'],
    [
      'Labels removed mid-trace: the pod is let go, and what was seen is stored as partial',
      'is let go with what was seen when its labels are removed',
    ],
    ['F6: a tracer pod that is deleted is made again, and nothing is lost', 'loses nothing when its tracer is deleted'],
    ['F6: the same when it is deleted by force', 'loses nothing when its tracer is deleted by force'],
    [
      'Late label on a running pod: recorded from then on, partial(late-arming)',
      'is recorded from then on when it is labelled while it runs, and its profile says so',
    ],
  ]),
  ...rowsOf('e2e/broken-images', [
    [
      "A tracer image that can't be pulled: the target starts untraced, Trace and Event say why",
      "of the tracer: its target starts untraced, and Trace and Event repeat the kubelet's words",
    ],
    [
      "A gate image that can't be pulled: the pod is evicted after 15 s and comes back without a gate (gate-image-unavailable)",
      'evicts a pod that has a controller, whose successor gets no gate',
    ],
    [
      "A gate image that can't be pulled: a bare pod gets an Event that says what to do",
      'tells the owner of a bare pod what to do',
    ],
    ["Replicas become ready while the gate's image can't be pulled", 'keeps no replica from becoming ready'],
  ]),
  ...rowsOf('e2e/control-plane-gone', [
    [
      'No control plane: new labelled pods start at once, as they were submitted',
      'leaves a new labelled pod as it was submitted, and it starts',
    ],
    ['No control plane: a waiting gate opens at its timeout', 'lets a waiting gate open at its timeout'],
    ['No control plane: a fail-closed target fails', 'fails a target that is fail-closed'],
    [
      'No control plane: a target that ends meanwhile loses nothing and is finished later',
      'loses nothing of a target that ends meanwhile: its profile is stored once there is one again',
    ],
    [
      'No control plane: what started without it is recorded later, as partial',
      'lasts no longer than it is missing: pods that started without it are recorded from then on, and profiles say so',
    ],
  ]),
  ...rowsOf('e2e/control-plane', [
    [
      'The leader is killed mid-trace: the other replica finishes the trace, nothing is lost',
      'finishes a trace although its leader was killed',
    ],
    [
      'The API server is away mid-trace: nothing is lost, also of a target that ended meanwhile',
      'finishes its traces after an API server that was away, also of a target that ended meanwhile',
    ],
    [
      "20 pods of a Deployment at once: 20 distinct traces; those beyond the node's cap are released as capped",
      'tells twenty pods that come at once apart, and lets those beyond the cap go at once',
    ],
  ]),
  ...rowsOf('e2e/restricted', [
    [
      'Pod Security restricted: the gate mounts nothing of the node and is opened by the annotation',
      'gets pods with a gate that mounts nothing of the node, opened by the annotation',
    ],
    [
      'Pod Security restricted: the same profile as by the hostPath medium',
      'gets the same profile as one that allows hostPath volumes',
    ],
  ]),
  ...rowsOf('e2e/drain', [
    [
      'kubectl drain of a node with traced pods works, and their profiles are stored',
      'let their node be drained while they are traced, and what they did there is stored',
    ],
    [
      'S5: two replicas on two nodes running disjoint code give the exact union',
      'give one workload the exact union of what its replicas did',
    ],
  ]),
  ...rowsOf('e2e/namespace', [
    ['A namespace with traced pods ends after its deletion', 'ends after its deletion'],
    [
      "What a deleted namespace's pods recorded is kept in flak-system",
      'leaves what its pods did in flak-system, under its own name',
    ],
  ]),
  ...rowsOf('integration/rollout', [
    ['Rolling update of the control plane under load: no pod passes without a gate', 'lets no pod pass without a gate'],
  ]),
  ...rowsOf('integration/tracer-run/containers', [
    [
      'A crash loop of four times what the ledger has room for: no container lost',
      'loses none of five hundred containers that live for a moment, four times what the ledger has room for',
    ],
    [
      "Names of containers survive their tracer's death",
      'knows by name what its killed predecessor had seen, though nothing of it is left on the node',
    ],
  ]),
];
