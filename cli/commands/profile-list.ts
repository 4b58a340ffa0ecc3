/** `flak profile list`. */
import type { Command } from 'commander';
import { describeCompleteness } from '../../profile/completeness.ts';
import { KINDS } from '../../webhook/kube/kinds.ts';
import { listAs } from '../cluster.ts';
import type { Connect } from '../connection.ts';
import { toJson } from '../deliver.ts';
import type { Ending } from '../ending.ts';
import { DONE } from '../ending.ts';
import type { ProfileObject } from '../objects.ts';
import { profileObjectSchema } from '../objects.ts';
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

export function addProfileList(parent: Command, deps: Deps, ended: Ended): void {
  withScope(withConnection(parent.command('list')))
    .description('what is stored, and how complete it is')
    .addHelpText('after', examples('flak profile list -A', 'flak profile list -n shop -o json'))
    .action(async (options: ListOptions) => {
      ended(await listProfiles(options, deps));
    });
}

async function listProfiles(options: ListOptions, deps: Deps): Promise<Ending> {
  const { terminal } = deps;
  const connection = deps.connect(options);
  if (connection.kind !== 'ok') return connection;
  const { cluster, namespace } = connection.value;
  const scope = scopeOf(options, namespace);
  const profiles = await listAs(cluster, KINDS.syscallProfiles, scope, profileObjectSchema, terminal.note);
  if (profiles.kind !== 'ok') return profiles;
  const summaries = profiles.value.map(summarize);
  if (options.output === 'json') terminal.out(toJson({ profiles: summaries }));
  else if (summaries.length === 0)
    terminal.note(`no profiles ${scope === null ? 'in this cluster' : `in namespace ${scope}`} yet.`);
  else {
    const rows = summaries.map((s) => [s.namespace, s.name, s.container, String(s.syscalls), s.completeness]);
    terminal.out(renderTable(['NAMESPACE', 'NAME', 'CONTAINER', 'SYSCALLS', 'COMPLETENESS'], rows, terminal.heading));
  }
  return DONE;
}

/** One entry of `-o json` (docs/cli.md). */
function summarize({ metadata, spec, status }: ProfileObject) {
  const [newest] = status?.revisions ?? [];
  return {
    namespace: metadata.namespace,
    name: metadata.name,
    workload: spec.workload,
    container: spec.container,
    image: newest?.image ?? '',
    syscalls: status?.syscallCount ?? 0,
    contributors: status?.contributorCount ?? 0,
    level: newest?.completeness.level ?? null,
    completeness: newest ? describeCompleteness(newest) : 'nothing recorded yet',
    revisions: status?.revisions.length ?? 0,
  };
}
