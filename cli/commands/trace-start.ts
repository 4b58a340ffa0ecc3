/** `flak trace start`. */
import type { Command } from 'commander';
import type { Connect, ConnectionOptions } from '../connection.ts';
import { toJson } from '../deliver.ts';
import type { Ending } from '../ending.ts';
import { DONE } from '../ending.ts';
import type { Ended } from '../registration.ts';
import { examples, jsonOutput, withConnection, withNamespace } from '../registration.ts';
import { labelPods, labelTemplates } from '../targets/label.ts';
import { findPods } from '../targets/pods.ts';
import { parseSelector, SELECTOR_ARGUMENT } from '../targets/selector.ts';
import type { Terminal } from '../terminal.ts';

interface TraceStartOptions extends ConnectionOptions {
  readonly namespace?: string;
  readonly restart?: boolean;
  readonly output?: 'json';
}

interface Deps {
  readonly connect: Connect;
  readonly terminal: Terminal;
}

export function addTraceStart(parent: Command, deps: Deps, ended: Ended): void {
  withNamespace(withConnection(parent.command('start')))
    .description('trace pods that run, or (--restart) roll their workload to trace it from the first instruction')
    .argument('<selector>', SELECTOR_ARGUMENT)
    .option('--restart', 'label the template instead, which rolls the workload: the profile is whole')
    .addOption(jsonOutput())
    .addHelpText(
      'after',
      examples(
        'flak trace start deploy/web --restart -n shop',
        'flak trace start pod.name=web-1',
        'flak trace start pod.label.app=web,container.name=nginx',
      ),
    )
    .action(async (selector: string, options: TraceStartOptions) => {
      ended(await startTrace(selector, options, deps));
    });
}

async function startTrace(text: string, options: TraceStartOptions, { connect, terminal }: Deps): Promise<Ending> {
  const selector = parseSelector(text);
  if (selector.kind !== 'ok') return selector;
  const connection = connect(options);
  if (connection.kind !== 'ok') return connection;
  const { cluster } = connection.value;
  const namespace = options.namespace ?? connection.value.namespace;
  if (options.restart === true) {
    const rolled = await labelTemplates(cluster, namespace, selector.value, 'true');
    if (rolled.kind !== 'ok') return rolled;
    report(rolled.value, options, terminal, 'is rolling; its new pods are traced from the first instruction');
    return DONE;
  }
  const pods = await findPods(cluster, namespace, selector.value);
  if (pods.kind !== 'ok') return pods;
  const labelled = await labelPods(cluster, namespace, pods.value, 'true');
  if (labelled.kind !== 'ok') return labelled;
  report(
    labelled.value,
    options,
    terminal,
    'is traced from now on; the profile will say late-arming (--restart gives a whole one)',
  );
  return DONE;
}

function report(labelled: readonly string[], { output }: TraceStartOptions, terminal: Terminal, words: string): void {
  if (output === 'json') terminal.out(toJson({ labelled }));
  for (const name of labelled) terminal.note(`${name} ${words}`);
  if (labelled.length === 0) terminal.note('all of them are labelled already.');
}
