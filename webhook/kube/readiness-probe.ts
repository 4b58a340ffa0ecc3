/** Dry-run pods in flak-probe: does one come back with a gate, and what do namespaces without Pod Security labels allow? */
import { z } from 'zod';
import { GATE, LABELS, PROBE_NAMESPACE } from '../names.ts';
import { KINDS } from './kinds.ts';
import { attempt } from './outcome.ts';
import type { Outcome } from './outcome.ts';
import { readWith } from './read-object.ts';
import { collectionPath } from './resource.ts';
import type { KubeRequest } from './request.ts';

export interface ReadinessProbe {
  /** A pod that asks for a trace gets a gate: the API server, the certificate, a replica and a leader are all there. */
  readonly gateIsAdded: () => Promise<boolean>;
  /** null where the API server couldn't say. */
  readonly defaultMedium: () => Promise<'hostPath' | 'annotation' | null>;
}

const podSchema = z.object({
  spec: z.object({ initContainers: z.array(z.object({ name: z.string() })).nullish() }),
});

/** Meets Pod Security's *restricted*, so that only what is asked about can be refused. */
export function probePod(labels: Readonly<Record<string, string>>, volumes: readonly object[]): object {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { generateName: 'probe-', namespace: PROBE_NAMESPACE, labels },
    spec: {
      automountServiceAccountToken: false,
      securityContext: { runAsNonRoot: true, runAsUser: GATE.userId, seccompProfile: { type: 'RuntimeDefault' } },
      containers: [
        {
          name: 'probe',
          image: 'probe',
          securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } },
        },
      ],
      volumes,
    },
  };
}

export function createReadinessProbe(request: KubeRequest): ReadinessProbe {
  const dryRun = (body: object): Promise<Outcome<unknown>> =>
    attempt(() =>
      request({ method: 'POST', path: collectionPath(KINDS.pods, PROBE_NAMESPACE), query: { dryRun: 'All' }, body }),
    );
  return {
    gateIsAdded: async () => {
      const answer = await dryRun(probePod({ [LABELS.trace]: 'true' }, []));
      const pod = answer.kind === 'ok' ? readWith(podSchema, answer.value) : null;
      return pod?.spec.initContainers?.[0]?.name === GATE.container;
    },
    defaultMedium: async () => {
      const volume = { name: 'probe', hostPath: { path: GATE.openingHostPath, type: 'DirectoryOrCreate' } };
      const answer = await dryRun(probePod({ [LABELS.trace]: 'false' }, [volume]));
      if (answer.kind === 'ok') return 'hostPath';
      // A namespace that was just made has no `default` ServiceAccount yet, which is refused in words of its own.
      const refused = answer.kind === 'refused' && !/service account/i.test(answer.message);
      return refused ? 'annotation' : null;
    },
  };
}
