import assert from 'node:assert/strict';
import { tracerPod } from '../../../../webhook/controller/tracer-pod.ts';
import { falcoWaitMs, probeEnvironment, probeOrderOf } from '../../../../webhook/controller/tracer-probes.ts';
import { readWishes } from '../../../../webhook/wishes.ts';
import { pod } from './facts.ts';
import { TRACER_SETTINGS } from './tracer-settings.ts';

const DEFAULTS = TRACER_SETTINGS.probes;

function orderOf(annotations: Record<string, string>, settings = DEFAULTS) {
  return probeOrderOf(readWishes(annotations).wishes, settings);
}

describe('the second probe of a tracer', () => {
  it("is the cluster's default where the pod doesn't say", () => {
    assert.deepEqual(orderOf({}), { falco: 'optional', files: 'summary' });
    assert.deepEqual(orderOf({}, { ...DEFAULTS, falco: 'off', files: 'off' }), { falco: 'off', files: 'off' });
  });

  it('is what the pod says, whatever the cluster', () => {
    const cluster = { ...DEFAULTS, falco: 'required', files: 'lines' } as const;
    assert.deepEqual(orderOf({ 'flak.dev/falco': 'off', 'flak.dev/files': 'off' }, cluster), {
      falco: 'off',
      files: 'off',
    });
  });

  it('is required where lines are asked for, unless the pod says otherwise', () => {
    assert.equal(orderOf({ 'flak.dev/files': 'lines' }).falco, 'required');
    assert.equal(orderOf({}, { ...DEFAULTS, falco: 'off', files: 'lines' }).falco, 'required');
    assert.equal(orderOf({ 'flak.dev/files': 'lines', 'flak.dev/falco': 'optional' }).falco, 'optional');
  });

  it('holds a gate for 10 s or half of what the gate waits, whichever is less', () => {
    assert.deepEqual([60_000, 20_000, 7000, 1000].map(falcoWaitMs), [10_000, 10_000, 3500, 500]);
  });

  it("is told to the tracer in its environment, with the pod's own gate timeout", () => {
    const annotations = { 'flak.dev/files-command': 'nginx', 'flak.dev/files-max-string': '64' };
    assert.deepEqual(probeEnvironment(readWishes(annotations).wishes, DEFAULTS, 8000), {
      FLAK_FALCO: 'optional',
      FLAK_FALCO_BIN: '/usr/bin/falco',
      FLAK_FALCO_CAP: '5',
      FLAK_FALCO_WAIT_MS: '4000',
      FLAK_FILES: 'summary',
      FLAK_FILES_COMMAND: 'nginx',
      FLAK_FILES_MAX_STRING: '64',
      FLAK_FILES_ROTATE_BYTES: '104857600',
      FLAK_FILES_CAP_BYTES: '268435456',
    });
  });
});

interface Made {
  readonly spec: {
    readonly volumes: readonly {
      name: string;
      projected?: {
        sources: { configMap?: { name: string; optional?: boolean }; serviceAccountToken?: { audience: string } }[];
      };
    }[];
    readonly containers: readonly [
      {
        readonly resources: { readonly limits: { readonly memory: string } };
        readonly env: readonly { name: string; value: string }[];
        readonly volumeMounts: readonly { name: string; mountPath: string }[];
      },
    ];
  };
}

function tracerOf(annotations: Record<string, string>): Made {
  const target = { ...pod({ wishes: readWishes(annotations).wishes, gateTimeoutMs: 6000 }), nodeName: 'node-a' };
  const facts = { namespace: 'shop', podName: 'web-1', workload: null };
  const order = { target, nodeUid: 'n', image: 't:1', arming: 'before-gate', medium: 'hostPath', facts } as const;
  return tracerPod(order, TRACER_SETTINGS) as Made;
}

describe('a tracer pod', () => {
  it('may use the memory that Falco takes, where Falco may run', () => {
    const limitOf = (annotations: Record<string, string>) =>
      tracerOf(annotations).spec.containers[0].resources.limits.memory;
    assert.equal(limitOf({}), '1Gi');
    assert.equal(limitOf({ 'flak.dev/falco': 'off' }), '512Mi');
  });

  it("goes by its target's own gate timeout", () => {
    const env = tracerOf({}).spec.containers[0].env;
    assert.equal(env.find(({ name }) => name === 'FLAK_FALCO_WAIT_MS')?.value, '3000');
  });

  it('mounts a place for lines, and who stores them, only where lines are asked for', () => {
    const mountsOf = ({ spec }: Made) => spec.containers[0].volumeMounts.map(({ mountPath }) => mountPath);
    const lines = tracerOf({ 'flak.dev/files': 'lines' });
    assert.deepEqual(mountsOf(lines).slice(-2), ['/var/lib/flak/files', '/etc/flak/files-endpoint']);
    assert.ok(!mountsOf(tracerOf({})).some((path) => path.includes('files')));
    assert.ok(!tracerOf({}).spec.volumes.some(({ name }) => name.includes('lines') || name.includes('files')));
    assert.deepEqual(
      lines.spec.containers[0].volumeMounts.map(({ name }) => name),
      lines.spec.volumes.map(({ name }) => name),
    );
  });

  it('starts although nobody stores lines', () => {
    const { volumes } = tracerOf({ 'flak.dev/files': 'lines' }).spec;
    const sources = volumes.flatMap(({ projected }) => projected?.sources ?? []);
    assert.deepEqual(
      sources.flatMap(({ configMap }) => configMap ?? []),
      [{ name: 'flak-files-endpoint', optional: true }],
    );
  });

  it('shows the store a token that the control plane does not take', () => {
    const { volumes } = tracerOf({ 'flak.dev/files': 'lines' }).spec;
    const sources = volumes.find(({ name }) => name === 'files-endpoint')?.projected?.sources ?? [];
    assert.deepEqual(
      sources.flatMap(({ serviceAccountToken }) => serviceAccountToken?.audience ?? []),
      ['flak-files'],
    );
  });
});
