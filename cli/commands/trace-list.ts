/** `flak trace list`. */
import type { Command } from 'commander';
import { KINDS } from '../../webhook/kube/kinds.ts';
import { listAs } from '../cluster.ts';
import type { Connect } from '../connection.ts';
import { toJson } from '../deliver.ts';
import type { Ending } from '../ending.ts';
import { DONE } from '../ending.ts';
import type { TraceObject } from '../objects.ts';
import { traceObjectSchema } from '../objects.ts';
import type { Ended } from '../registration.ts';
import { examples, withConnection, withScope } from '../registration.ts';
import { renderTable } from '../table.ts';
import type { Terminal } from '../terminal.ts';
import type { ListOptions } from './scope.ts';
import { scopeOf } from './scope.ts';

interface Deps {
  readonly connect: Connect;
  readonly terminal: Terminal;
}

export function addTraceList(parent: Command, deps: Deps, ended: Ended): void {
  withScope(withConnection(parent.command('list')))
    .description('traced pods, those that ended included')
    .addHelpText('after', examples('flak trace list -n shop', 'flak trace list -A -o json'))
    .action(async (options: ListOptions) => {
      ended(await listTraces(options, deps));
    });
}

async function listTraces(options: ListOptions, deps: Deps): Promise<Ending> {
  const { terminal } = deps;
  const connection = deps.connect(options);
  if (connection.kind !== 'ok') return connection;
  const { cluster, namespace } = connection.value;
  const scope = scopeOf(options, namespace);
  const traces = await listAs(cluster, KINDS.traces, scope, traceObjectSchema, terminal.note);
  if (traces.kind !== 'ok') return traces;
  if (options.output === 'json') {
    const listed = traces.value.map(({ metadata, spec, status }) => ({ ...metadata, ...spec, ...status }));
    terminal.out(toJson({ traces: listed }));
  } else if (traces.value.length === 0)
    terminal.note(`no traces ${scope === null ? 'in this cluster' : `in namespace ${scope}`}.`);
  else {
    const headings = ['NAMESPACE', 'POD', 'PHASE', 'NODE', 'ARMED', 'LEVEL', 'REASON'];
    terminal.out(renderTable(headings, traces.value.map(rowOf), terminal.heading));
  }
  return DONE;
}

/** The reason in words where there are any: they say what a person would look up. */
function rowOf({ metadata, spec, status }: TraceObject): string[] {
  const { phase = 'Pending', node = '', armedAt = '', completeness, reason = '', message } = status ?? {};
  return [metadata.namespace, spec.podName, phase, node, armedAt, completeness?.level ?? '', message ?? reason];
}
