/** `flak trace start`. */
import type { Command } from 'commander';
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
import type { Terminal } from '../terminal.ts';

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
    .action(async (selector: string, options: LabelOptions) => {
      ended(await startTrace(selector, options, deps));
    });
}

async function startTrace(text: string, options: LabelOptions, { connect, terminal }: Deps): Promise<Ending> {
  const place = placeOf(text, options, connect);
  if (place.kind !== 'ok') return place;
  const { cluster, namespace, selector } = place.value;
  const tell = (labelled: Labelled, words: string): Ending => {
    tellLabelled({ key: 'labelled', labelled, words, none: 'all of them are labelled already.' }, options, terminal);
    return DONE;
  };
  if (options.restart === true) {
    const rolled = await labelTemplates(cluster, namespace, selector, 'true');
    if (rolled.kind !== 'ok') return rolled;
    return tell(rolled.value, 'is rolling; its new pods are traced from the first instruction');
  }
  const pods = await findPods(cluster, namespace, selector);
  if (pods.kind !== 'ok') return pods;
  const labelled = await labelPods(cluster, namespace, pods.value, 'true');
  if (labelled.kind !== 'ok') return labelled;
  return tell(labelled.value, 'is traced from now on; the profile will say late-arming (--restart gives a whole one)');
}
