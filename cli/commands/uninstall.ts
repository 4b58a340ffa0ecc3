/** `flak uninstall`. */
import type { Command } from 'commander';
import type { Cluster } from '../cluster.ts';
import type { Connect, ConnectionOptions } from '../connection.ts';
import { toJson } from '../deliver.ts';
import type { Ending, Result } from '../ending.ts';
import { DONE, finding, ok, usage } from '../ending.ts';
import type { Ended } from '../registration.ts';
import { examples, jsonOutput, seconds, withConnection } from '../registration.ts';
import type { Terminal } from '../terminal.ts';
import { createExport } from '../uninstall/export-profiles.ts';
import type { ExportDeps } from '../uninstall/export-profiles.ts';
import { releaseFinalizers } from '../uninstall/release.ts';
import type { Waiting } from '../uninstall/remove.ts';
import { objectsOfStep, removeObject, waitUntilGone } from '../uninstall/remove.ts';
import type { Step } from '../uninstall/steps.ts';
import { HELD_STEP, STEPS } from '../uninstall/steps.ts';

interface UninstallOptions extends ConnectionOptions {
  readonly export?: string;
  readonly discardProfiles?: boolean;
  readonly timeout: number;
  readonly output?: 'json';
}

export interface UninstallDeps extends Omit<ExportDeps, 'onExported'> {
  readonly connect: Connect;
  readonly terminal: Terminal;
  readonly now: () => number;
  readonly sleep: (ms: number) => Promise<void>;
}

const DEFAULT_EXPORT_FOLDER = 'flak-profiles';

export function addUninstall(parent: Command, deps: UninstallDeps, ended: Ended): void {
  withConnection(parent.command('uninstall'))
    .description('export the profiles, then remove everything that Flak made in the cluster')
    .option('--export <folder>', `where the profiles go (default: ${DEFAULT_EXPORT_FOLDER}); must not exist yet`)
    .option('--discard-profiles', 'throw the profiles away instead')
    .option('--timeout <seconds>', 'how long to wait until everything is gone', seconds, 120)
    .addOption(jsonOutput())
    .addHelpText(
      'after',
      examples('flak uninstall --export ./profiles', 'flak uninstall --discard-profiles --kubeconfig ~/.kube/test'),
    )
    .action(async (options: UninstallOptions) => {
      ended(await uninstall(options, deps));
    });
}

/**
 * Exports the profiles (or leaves that out when told so), then removes Flak and waits until nothing of it is left. What
 * running traces have seen is stored when they are released, and exported then.
 */
async function uninstall(options: UninstallOptions, deps: UninstallDeps): Promise<Ending> {
  const { terminal } = deps;
  if (options.export !== undefined && options.discardProfiles)
    return usage('--export keeps the profiles and --discard-profiles does not; give one of them.');
  const connection = deps.connect(options);
  if (connection.kind !== 'ok') return connection;
  const { cluster } = connection.value;
  const exportNew = exporterFor(cluster, options, deps);
  const exported = await exportNew();
  if (exported.kind !== 'ok') return exported;
  const wait = { now: deps.now, sleep: deps.sleep, deadlineMs: deps.now() + options.timeout * 1000 };
  const removed = await removeAll(cluster, wait, terminal, exportNew);
  if (removed.kind !== 'ok') return removed;
  const left = await waitUntilGone(cluster, wait);
  if (left.kind !== 'ok') return left;
  if (options.output === 'json') terminal.out(toJson({ ...removed.value, left: left.value }));
  if (left.value.length > 0)
    return finding(`still there after ${options.timeout} s: ${left.value.join(', ')}; run the same command again.`);
  terminal.note(removed.value.removed.length > 0 ? 'Flak is removed.' : 'there was nothing of Flak to remove.');
  return DONE;
}

type ExportNew = () => Promise<Result<number>>;

function exporterFor(cluster: Cluster, options: UninstallOptions, deps: UninstallDeps): ExportNew {
  if (options.discardProfiles) return () => Promise.resolve(ok(0));
  const folder = options.export ?? DEFAULT_EXPORT_FOLDER;
  const onExported = (profiles: number): void => {
    deps.terminal.note(`exported ${profiles} profiles to ${folder}/`);
  };
  return createExport(cluster, folder, { ...deps, onExported });
}

interface Removal {
  exportedProfiles: number;
  readonly removed: string[];
  /** Pods that still had the finalizer when Flak should have taken it off. */
  readonly releasedPods: string[];
}

async function removeAll(
  cluster: Cluster,
  wait: Waiting,
  terminal: Terminal,
  exportNew: ExportNew,
): Promise<Result<Removal>> {
  const removal: Removal = { exportedProfiles: 0, removed: [], releasedPods: [] };
  for (const step of STEPS) {
    const removed = await removeStep(cluster, step, wait, terminal);
    if (removed.kind !== 'ok') return removed;
    removal.removed.push(...removed.value);
    if (step !== HELD_STEP) continue;
    const released = await releaseFinalizers(cluster);
    if (released.kind !== 'ok') return released;
    removal.releasedPods.push(...released.value);
    for (const pod of released.value) terminal.note(`took the finalizer off pod ${pod}, which Flak no longer did`);
    const exported = await exportNew();
    if (exported.kind !== 'ok') return exported;
    removal.exportedProfiles = exported.value;
  }
  return ok(removal);
}

async function removeStep(cluster: Cluster, step: Step, wait: Waiting, terminal: Terminal): Promise<Result<string[]>> {
  const objects = await objectsOfStep(cluster, step);
  if (objects.kind !== 'ok') return objects;
  const living = objects.value.filter(({ ending }) => !ending);
  if (step === HELD_STEP && living.length > 0) terminal.note('releasing running traces; this may take 30 s …');
  const removed: string[] = [];
  for (const { name } of living) {
    const deleted = await removeObject(cluster, step, name, wait);
    if (deleted.kind !== 'ok') return deleted;
    if (deleted.value) removed.push(`${step.kind.plural}/${name}`);
    terminal.note(deleted.value ? `removed ${step.kind.plural}/${name}` : 'Flak does not answer; going on without it');
  }
  return ok(removed);
}
