/** `flak files list`. */
import type { Command } from 'commander';
import type { Connect, PlaceOptions } from '../connection.ts';
import { connectTo } from '../connection.ts';
import { toJson } from '../deliver.ts';
import type { Ending } from '../ending.ts';
import { DONE } from '../ending.ts';
import type { OpenFiles } from '../files-store/open-store.ts';
import type { Ended } from '../registration.ts';
import { examples, withConnection, withScope } from '../registration.ts';
import { renderTable } from '../table.ts';
import type { Terminal } from '../terminal.ts';

interface FilesListOptions extends PlaceOptions {
  readonly allNamespaces?: boolean;
  readonly output?: 'json';
}

export interface FilesListDeps {
  readonly connect: Connect;
  readonly openFiles: OpenFiles;
  readonly terminal: Terminal;
}

export function addFilesList(parent: Command, deps: FilesListDeps, ended: Ended): void {
  withScope(withConnection(parent.command('list')))
    .description('pods whose lines of file access are stored')
    .addHelpText('after', examples('flak files list -n shop', 'flak files list -A -o json'))
    .action(async (options: FilesListOptions) => {
      ended(await listFiles(options, deps));
    });
}

async function listFiles(options: FilesListOptions, { connect, openFiles, terminal }: FilesListDeps): Promise<Ending> {
  const connection = connectTo(options, connect);
  if (connection.kind !== 'ok') return connection;
  const opened = await openFiles(options);
  if (opened.kind !== 'ok') return opened;
  const reader = opened.value;
  try {
    const { namespace } = connection.value;
    const listed = await reader.traces(options.allNamespaces === true ? {} : { namespace });
    if (listed.kind !== 'ok') return listed;
    const traces = listed.value.sort((one, other) => (one.updatedAt < other.updatedAt ? 1 : -1));
    if (options.output === 'json') terminal.out(toJson({ traces }));
    else if (traces.length === 0)
      terminal.note(
        `no lines of pods ${options.allNamespaces === true ? 'in this cluster' : `in namespace ${namespace}`} yet.`,
      );
    else {
      const rows = traces.map(({ namespace: of, pod, uid, files, bytes, updatedAt }) => [
        of,
        pod,
        uid,
        String(files),
        String(bytes),
        updatedAt,
      ]);
      terminal.out(renderTable(['NAMESPACE', 'POD', 'UID', 'FILES', 'BYTES', 'UPDATED'], rows, terminal.heading));
    }
    return DONE;
  } finally {
    reader.close();
  }
}
