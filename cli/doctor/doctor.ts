/** `flak doctor`, from what is asked to what is said. */
import type { Cluster } from '../cluster.ts';
import type { Connect, ConnectionOptions } from '../connection.ts';
import { toJson } from '../deliver.ts';
import type { Ending } from '../ending.ts';
import { DONE, finding } from '../ending.ts';
import { renderTable } from '../table.ts';
import type { Terminal } from '../terminal.ts';
import type { NodeCheck } from '../../tracer/check/node-check.ts';
import { FLAK_NAMESPACE } from '../../webhook/names.ts';
import { diagnoseCluster } from './diagnose-cluster.ts';
import { diagnoseNode } from './diagnose-node.ts';
import type { Diagnosis } from './diagnosis.ts';
import { problem } from './diagnosis.ts';
import { checkNodes } from './check-nodes.ts';

export interface DoctorOptions extends ConnectionOptions {
  readonly cluster?: boolean;
  readonly nodes?: boolean;
  readonly output?: 'json';
}

export interface DoctorDeps {
  readonly terminal: Terminal;
  readonly connect: Connect;
  /** A look at this machine. */
  readonly checkHere: () => Promise<NodeCheck>;
  readonly sleep: (ms: number) => Promise<void>;
  readonly now: () => number;
}

const CRDS = { apiVersion: 'apiextensions.k8s.io/v1', plural: 'customresourcedefinitions' };
const WEBHOOKS = { apiVersion: 'admissionregistration.k8s.io/v1', plural: 'mutatingwebhookconfigurations' };
const NODES = { apiVersion: 'v1', plural: 'nodes' };
const NAMESPACES = { apiVersion: 'v1', plural: 'namespaces' };
const DEPLOYMENTS = { apiVersion: 'apps/v1', plural: 'deployments' };

export async function doctor(options: DoctorOptions, deps: DoctorDeps): Promise<Ending> {
  const inCluster = options.cluster === true || options.nodes === true;
  const diagnoses = inCluster
    ? await examineCluster(options, deps)
    : diagnoseNode('this machine', await deps.checkHere());
  const problems = diagnoses.filter(({ state }) => state === 'problem').length;
  tell(diagnoses, options, deps.terminal);
  return problems === 0
    ? DONE
    : finding(`${problems} of ${diagnoses.length} checks found a problem; the remedies stand above.`);
}

async function examineCluster(options: DoctorOptions, deps: DoctorDeps): Promise<Diagnosis[]> {
  const connection = deps.connect(options);
  if (connection.kind !== 'ok')
    return [problem('cluster', 'API server', connection.message.replace(/\.$/, ''), 'see kubectl config view')];
  const { cluster } = connection.value;
  const [nodes, namespaces, deployments, crds, webhooks] = await Promise.all([
    cluster.list(NODES, null),
    cluster.list(NAMESPACES, null),
    cluster.list(DEPLOYMENTS, FLAK_NAMESPACE),
    cluster.list(CRDS, null),
    cluster.list(WEBHOOKS, null),
  ]);
  const said = diagnoseCluster({ nodes, namespaces, deployments, crds, webhooks });
  if (options.nodes !== true || nodes.kind !== 'ok') return said;
  return [
    ...said,
    ...(await examineNodes(cluster, nodes.value, deployments.kind === 'ok' ? deployments.value : [], deps)),
  ];
}

async function examineNodes(
  cluster: Cluster,
  nodes: readonly unknown[],
  deployments: readonly unknown[],
  { sleep, now }: DoctorDeps,
): Promise<Diagnosis[]> {
  const looked = await checkNodes({ cluster, nodes, deployments, sleep, now });
  return looked.flatMap(({ node, result }) =>
    result.kind === 'checked'
      ? diagnoseNode(`node ${node}`, result.check)
      : [problem(`node ${node}`, 'ledger', result.why, result.remedy)],
  );
}

function tell(diagnoses: readonly Diagnosis[], { output }: DoctorOptions, { out, heading }: Terminal): void {
  if (output === 'json') {
    out(toJson({ diagnoses }));
    return;
  }
  const rows = diagnoses.map(({ where, what, state, detail, remedy }) => [
    state === 'fine' ? 'ok' : state,
    where,
    what,
    remedy === '' ? detail : `${detail}: ${remedy}`,
  ]);
  out(renderTable(['STATE', 'WHERE', 'WHAT', 'DETAIL'], rows, heading));
}
