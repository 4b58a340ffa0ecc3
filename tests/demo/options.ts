/** The demo's command line. */
import { parseArgs } from 'node:util';

export interface DemoOptions {
  readonly keep: boolean;
  /** A cluster of the user's; undefined: the throw-away cluster. */
  readonly kubeconfig: string | undefined;
  /** Where images are pushed for the user's cluster. */
  readonly registry: string | undefined;
}

export const USAGE = `npm run demo [-- OPTIONS]

Label a pod, use it, delete it, get its profile: the whole path on a real cluster.
Without options it starts a throw-away cluster on this machine and takes it away afterwards.

  --keep             leave the cluster, Flak and the profile up, and print the KUBECONFIG to use
  --kubeconfig FILE  use this cluster instead (needs --registry); installs Flak there and removes it again
  --registry HOST/P  push the images there first (with the credentials of buildah login)
  --help             this text
`;

/** Parses the arguments, or says in one sentence what is wrong with them. */
export function parseOptions(args: readonly string[]): DemoOptions | 'help' | { readonly mistake: string } {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        keep: { type: 'boolean', default: false },
        kubeconfig: { type: 'string' },
        registry: { type: 'string' },
        help: { type: 'boolean', default: false },
      },
    });
    if (values.help) return 'help';
    if (values.kubeconfig !== undefined && values.registry === undefined) {
      return {
        mistake: '--kubeconfig needs --registry: no Flak images are published yet, so they are pushed there first.',
      };
    }
    return { keep: values.keep, kubeconfig: values.kubeconfig, registry: values.registry };
  } catch (error) {
    return { mistake: `${error instanceof Error ? error.message : String(error)}; see npm run demo -- --help` };
  }
}
