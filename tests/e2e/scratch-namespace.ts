/** A namespace of a test's own, gone when the test is. */
import type { Kubectl } from './kubectl.ts';

let made = 0;

/** Creates a namespace with the given labels. `remove` waits until it is gone; it must not take longer than 2 minutes. */
export async function scratchNamespace(
  kubectl: Kubectl,
  purpose: string,
  labels: Readonly<Record<string, string>> = {},
): Promise<{ readonly name: string; readonly remove: () => Promise<void> }> {
  made += 1;
  const name = `e2e-${purpose}-${process.pid}-${made}`;
  const namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name, labels } };
  await kubectl.run(['create', '-f', '-'], JSON.stringify(namespace));
  return {
    name,
    remove: async () => {
      await kubectl.run(['delete', 'namespace', name, '--ignore-not-found', '--timeout=360s']);
    },
  };
}
