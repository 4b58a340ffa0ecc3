/** `flak files get`. */
import type { Command } from 'commander';
import type { Connect, PlaceOptions } from '../connection.ts';
import { connectTo } from '../connection.ts';
import type { Ending, Result } from '../ending.ts';
import { DONE, finding, ok } from '../ending.ts';
import type { FilesReader, StoredTrace } from '../files-store/files-reader.ts';
import type { OpenFiles } from '../files-store/open-store.ts';
import type { SaveFolder } from '../files-store/save-folder.ts';
import type { Ended } from '../registration.ts';
import { examples, withConnection, withNamespace } from '../registration.ts';
import type { Terminal } from '../terminal.ts';

interface FilesGetOptions extends PlaceOptions {
  readonly uid?: string;
  readonly output?: string;
}

export interface FilesGetDeps {
  readonly connect: Connect;
  readonly openFiles: OpenFiles;
  readonly saveFolder: SaveFolder;
  readonly terminal: Terminal;
}

export function addFilesGet(parent: Command, deps: FilesGetDeps, ended: Ended): void {
  withNamespace(withConnection(parent.command('get')))
    .description('fetch the lines of file access of a traced pod, by container, as files')
    .argument('<pod>', 'name of the pod; it need not exist any more')
    .option('-o, --output <folder>', 'a new folder for them (default: <pod>-files)')
    .option('--uid <uid>', 'which pod, where several had the name one after the other (default: the last one)')
    .addHelpText('after', examples('flak files get web-0 -n shop -o web-0-lines'))
    .action(async (pod: string, options: FilesGetOptions) => {
      ended(await getFiles(pod.replace(/^pods?\//, ''), options, deps));
    });
}

async function getFiles(pod: string, options: FilesGetOptions, deps: FilesGetDeps): Promise<Ending> {
  const connection = connectTo(options, deps.connect);
  if (connection.kind !== 'ok') return connection;
  const opened = await deps.openFiles(options);
  if (opened.kind !== 'ok') return opened;
  const reader = opened.value;
  try {
    const trace = await chooseTrace(reader, connection.value.namespace, pod, options.uid, deps.terminal);
    return trace.kind === 'ok' ? await fetchFiles(reader, trace.value, options.output ?? `${pod}-files`, deps) : trace;
  } finally {
    reader.close();
  }
}

async function chooseTrace(
  reader: FilesReader,
  namespace: string,
  pod: string,
  uid: string | undefined,
  { note }: Terminal,
): Promise<Result<StoredTrace>> {
  const listed = await reader.traces({ namespace, pod });
  if (listed.kind !== 'ok') return listed;
  const newestFirst = listed.value.sort((one, other) => (one.updatedAt < other.updatedAt ? 1 : -1));
  const [chosen] = newestFirst.filter((trace) => uid === undefined || trace.uid === uid);
  if (chosen === undefined)
    return finding(
      `the store has no lines of ${pod}${uid === undefined ? '' : ` (${uid})`} in namespace ${namespace}; ` +
        'they are kept for pods with the annotation flak.dev/files: lines.',
    );
  const others = newestFirst.filter((trace) => trace !== chosen);
  if (uid === undefined && others.length > 0)
    note(
      `${others.length} earlier pods had this name; --uid fetches theirs: ${others.map((trace) => trace.uid).join(', ')}`,
    );
  return ok(chosen);
}

async function fetchFiles(
  reader: FilesReader,
  { uid }: StoredTrace,
  folder: string,
  deps: FilesGetDeps,
): Promise<Ending> {
  const files = await reader.files(uid);
  if (files.kind !== 'ok') return files;
  const saved = await deps.saveFolder(
    folder,
    files.value.map((file) => ({
      path: `${file.folder}/${file.name}`,
      bytes: file.bytes,
      open: () => reader.open(uid, file),
    })),
  );
  if (saved.kind !== 'ok') return saved;
  const bytes = files.value.reduce((sum, file) => sum + file.bytes, 0);
  deps.terminal.note(`wrote ${files.value.length} files of ${bytes} bytes to ${folder}`);
  return DONE;
}
