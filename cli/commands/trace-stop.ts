/** `flak trace stop`. */
import type { Command } from 'commander';
import { LABELS } from '../../webhook/names.ts';
import type { Connect, ConnectionOptions } from '../connection.ts';
import { toJson } from '../deliver.ts';
import type { Ending } from '../ending.ts';
import { DONE } from '../ending.ts';
import type { Ended } from '../registration.ts';
import { examples, jsonOutput, withConnection, withNamespace } from '../registration.ts';
import { labelPods, labelTemplates } from '../targets/label.ts';
import { findPods } from '../targets/pods.ts';
import { parseSelector, SELECTOR_ARGUMENT } from '../targets/selector.ts';
import { readWorkload } from '../targets/workloads.ts';
import type { Terminal } from '../terminal.ts';

interface TraceStopOptions extends ConnectionOptions {
  readonly namespace?: string;
  readonly restart?: boolean;
  readonly output?: 'json';
}

interface Deps {
  readonly connect: Connect;
  readonly terminal: Terminal;
}

export function addTraceStop(parent: Command, deps: Deps, ended: Ended): void {
  withNamespace(withConnection(parent.command('stop')))
    .description('stop tracing pods that go on running, or (--restart) roll their workload without the label')
    .argument('<selector>', SELECTOR_ARGUMENT)
    .option('--restart', 'take the label off the template, which rolls the workload: what was recorded is whole')
    .addOption(jsonOutput())
    .addHelpText('after', examples('flak trace stop deploy/web --restart', 'flak trace stop pod.label.app=web'))
    .action(async (selector: string, options: TraceStopOptions) => {
      ended(await stopTrace(selector, options, deps));
    });
}

async function stopTrace(text: string, options: TraceStopOptions, { connect, terminal }: Deps): Promise<Ending> {
  const selector = parseSelector(text);
  if (selector.kind !== 'ok') return selector;
  const connection = connect(options);
  if (connection.kind !== 'ok') return connection;
  const { cluster } = connection.value;
  const namespace = options.namespace ?? connection.value.namespace;
  if (options.restart === true) {
    const rolled = await labelTemplates(cluster, namespace, selector.value, null);
    if (rolled.kind !== 'ok') return rolled;
    report(rolled.value, options, terminal, 'is rolling without the label');
    return DONE;
  }
  const pods = await findPods(cluster, namespace, selector.value);
  if (pods.kind !== 'ok') return pods;
  const traced = pods.value.filter(({ labels }) => labels[LABELS.trace] === 'true' || labels[LABELS.traced] === 'true');
  const labelled = await labelPods(cluster, namespace, traced, 'false');
  if (labelled.kind !== 'ok') return labelled;
  report(
    labelled.value,
    options,
    terminal,
    'is let go; what was seen is stored as partial (a pod that ends while traced gives a whole profile)',
  );
  if (selector.value.kind !== 'workload') return DONE;
  const workload = await readWorkload(cluster, namespace, selector.value.plural, selector.value.name);
  if (workload.kind === 'ok' && workload.value.templateLabels[LABELS.trace] === 'true')
    terminal.note(`the template of ${text} still has the label: new pods will be traced; --restart takes it off.`);
  return DONE;
}

function report(stopped: readonly string[], { output }: TraceStopOptions, terminal: Terminal, words: string): void {
  if (output === 'json') terminal.out(toJson({ stopped }));
  for (const name of stopped) terminal.note(`${name} ${words}`);
  if (stopped.length === 0) terminal.note('none of them is traced.');
}
