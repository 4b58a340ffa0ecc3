/** What must be there before the demo changes anything: each thing that isn't is one sentence. */
import { existsSync } from 'node:fs';
import { PrerequisitesMissing } from '../cluster/cluster.ts';
import { missingForImages, missingPrerequisites } from '../cluster/machine/prerequisites.ts';
import { readMachine } from '../cluster/machine/read-machine.ts';
import { tryCommand } from '../cluster/run-command.ts';
import type { Kubectl } from '../e2e/kubectl.ts';

/** @throws PrerequisitesMissing */
export async function checkMachine(purpose: 'cluster' | 'images'): Promise<void> {
  const facts = await readMachine();
  throwIfAny(purpose === 'cluster' ? missingPrerequisites(facts) : missingForImages(facts));
}

/** @throws PrerequisitesMissing when there is no kubectl, the cluster doesn't answer, or Flak couldn't be installed there */
export async function checkUserCluster(kubectl: Kubectl, kubeconfig: string): Promise<void> {
  if (!existsSync(kubeconfig)) throwIfAny([`There is no file ${kubeconfig}.`]);
  if ((await tryCommand(['kubectl', 'version', '--client'])) === undefined) {
    throwIfAny(['A cluster of your own is talked to by your own kubectl; there is none in PATH.']);
  }
  const reached = await kubectl.attempt(['version', '--request-timeout=10s']);
  if (reached.exitCode !== 0) throwIfAny([`The cluster of ${kubeconfig} can't be reached: ${reached.stderr.trim()}`]);
  const may = await kubectl.attempt(['auth', 'can-i', '*', '*', '--all-namespaces']);
  if (may.exitCode !== 0) throwIfAny([`Installing Flak needs a cluster administrator; ${kubeconfig} holds none.`]);
}

function throwIfAny(missing: readonly string[]): void {
  if (missing.length > 0) throw new PrerequisitesMissing(missing.join('\n'));
}
