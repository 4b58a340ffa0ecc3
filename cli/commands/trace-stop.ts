/** `flak trace stop`. */
import type { Command } from 'commander';
import { LABELS } from '../../webhook/names.ts';
import type { Connect } from '../connection.ts';
import type { Ending } from '../ending.ts';
import { DONE } from '../ending.ts';
import type { Ended } from '../registration.ts';
import { examples, jsonOutput, withConnection, withNamespace } from '../registration.ts';
import type { Labelled } from '../targets/label.ts';
import { labelPods, labelTemplates } from '../targets/label.ts';
import { placeOf } from '../targets/place.ts';
import { findPods } from '../targets/pods.ts';
import { SELECTOR_ARGUMENT } from '../targets/selector.ts';
import type { LabelOptions } from '../targets/tell.ts';
import { tellLabelled } from '../targets/tell.ts';
import { readWorkload } from '../targets/workloads.ts';
import type { Terminal } from '../terminal.ts';

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
    .action(async (selector: string, options: LabelOptions) => {
      ended(await stopTrace(selector, options, deps));
    });
}

async function stopTrace(text: string, options: LabelOptions, { connect, terminal }: Deps): Promise<Ending> {
  const place = placeOf(text, options, connect);
  if (place.kind !== 'ok') return place;
  const { cluster, namespace, selector } = place.value;
  const tell = (labelled: Labelled, words: string): void => {
    tellLabelled({ key: 'stopped', labelled, words, none: 'none of them is traced.' }, options, terminal);
  };
  if (options.restart === true) {
    const rolled = await labelTemplates(cluster, namespace, selector, null);
    if (rolled.kind !== 'ok') return rolled;
    tell(rolled.value, 'is rolling without the label');
    return DONE;
  }
  const pods = await findPods(cluster, namespace, selector);
  if (pods.kind !== 'ok') return pods;
  const traced = pods.value.filter(({ labels }) => labels[LABELS.trace] === 'true' || labels[LABELS.traced] === 'true');
  const labelled = await labelPods(cluster, namespace, traced, 'false');
  if (labelled.kind !== 'ok') return labelled;
  tell(
    labelled.value,
    'is let go; what was seen is stored as partial (a pod that ends while traced gives a whole profile)',
  );
  if (selector.kind !== 'workload') return DONE;
  const workload = await readWorkload(cluster, namespace, selector.plural, selector.name);
  if (workload.kind === 'ok' && workload.value.templateLabels[LABELS.trace] === 'true')
    terminal.note(`the template of ${text} still has the label: new pods will be traced; --restart takes it off.`);
  return DONE;
}
