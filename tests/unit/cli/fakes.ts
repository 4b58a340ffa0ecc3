/** A cluster in memory and a terminal that remembers, for command lines under test. */
import { createHash } from 'node:crypto';
import type { Cluster } from '../../../cli/cluster.ts';
import { environment, ok } from '../../../cli/ending.ts';
import type { ProgramDeps } from '../../../cli/program.ts';
import { runCli } from '../../../cli/run.ts';
import { createTerminal } from '../../../cli/terminal.ts';
import type { ExportedFile } from '../../../cli/uninstall/export.ts';
import { mergeContribution } from '../../../profile/merge.ts';
import { declaredGroups } from '../../../profile/declared-groups.ts';
import { completenessOf } from '../../../profile/completeness.ts';
import type { Outcome } from '../../../webhook/kube/outcome.ts';
import type { PatchOperation } from '../../../webhook/kube/resource.ts';

export interface StoredObject {
  metadata: {
    name: string;
    namespace?: string;
    labels?: Record<string, string>;
    finalizers?: string[];
    deletionTimestamp?: string;
    [field: string]: unknown;
  };
  [field: string]: unknown;
}

/** Objects by plural. Labels aren't looked at: what is in here is Flak's unless its name says otherwise. */
export class FakeCluster implements Cluster {
  readonly objects: Record<string, StoredObject[]>;
  readonly removals: string[] = [];
  /** Answers instead of the outcome of `<verb> <plural>/<name>`, the first one first. */
  readonly answers = new Map<string, Outcome<never>[]>();
  onCreate: (plural: string, object: StoredObject) => void = () => undefined;
  onRemove: (plural: string, name: string) => void = () => undefined;

  constructor(objects: Record<string, StoredObject[]>) {
    this.objects = objects;
  }

  #find(plural: string, namespace: string | null, name: string): StoredObject | undefined {
    return this.objects[plural]?.find(
      ({ metadata }) => metadata.name === name && (metadata.namespace ?? null) === namespace,
    );
  }

  /** Equality alone is understood of label selectors, and only where the objects have labels at all. */
  readonly list: Cluster['list'] = ({ plural }, namespace, labelSelector) => {
    const answer = this.answers.get(`list ${plural}`)?.shift();
    const stored = this.objects[plural];
    if (answer) return Promise.resolve(answer);
    if (!stored) return Promise.resolve({ kind: 'not-found' });
    const items = stored.filter(({ metadata }) => namespace === null || metadata.namespace === namespace);
    return Promise.resolve({ kind: 'ok', value: items.filter((item) => matches(item, labelSelector)) });
  };

  readonly resource: Cluster['resource'] = ({ plural }) => ({
    get: (namespace, name) => {
      const answer = this.answers.get(`get ${plural}/${name}`)?.shift();
      const found = this.#find(plural, namespace, name);
      return Promise.resolve(answer ?? (found ? { kind: 'ok', value: found } : { kind: 'not-found' }));
    },
    create: (_namespace, body) => {
      const created = body as StoredObject;
      (this.objects[plural] ??= []).push(created);
      this.onCreate(plural, created);
      return Promise.resolve({ kind: 'ok', value: created });
    },
    /** The version isn't looked at: what is written is what counts, and what `answers` says instead. */
    replace: (namespace, name, body) => {
      const answer = this.answers.get(`replace ${plural}/${name}`)?.shift();
      const found = this.#find(plural, namespace, name);
      if (answer || !found) return Promise.resolve(answer ?? { kind: 'not-found' });
      return Promise.resolve({ kind: 'ok', value: Object.assign(found, body) });
    },
    mergePatch: (namespace, name, body) => {
      const answer = this.answers.get(`patch ${plural}/${name}`)?.shift();
      const found = this.#find(plural, namespace, name);
      if (answer || !found) return Promise.resolve(answer ?? { kind: 'not-found' });
      mergePatch(found, body as Record<string, unknown>);
      return Promise.resolve({ kind: 'ok', value: found });
    },
    remove: (_namespace, name) => {
      const answer = this.answers.get(`remove ${plural}/${name}`)?.shift();
      if (answer) return Promise.resolve(answer);
      this.removals.push(`${plural}/${name}`);
      this.objects[plural] = (this.objects[plural] ?? []).filter(({ metadata }) => metadata.name !== name);
      this.onRemove(plural, name);
      return Promise.resolve({ kind: 'ok', value: null });
    },
    jsonPatch: (_namespace, name, operations) => {
      const answer = this.answers.get(`patch ${plural}/${name}`)?.shift();
      if (answer) return Promise.resolve(answer);
      const found = this.objects[plural]?.find(({ metadata }) => metadata.name === name);
      return Promise.resolve(found ? removeFinalizer(found, operations) : { kind: 'not-found' });
    },
  });
}

function matches({ metadata }: StoredObject, labelSelector: string | undefined): boolean {
  const { labels } = metadata;
  if (labelSelector === undefined || labels === undefined) return true;
  return labelSelector.split(',').every((term) => {
    const [key = '', value] = term.split('=');
    return labels[key] === value;
  });
}

/** RFC 7386. */
function mergePatch(target: Record<string, unknown>, patch: Record<string, unknown>): void {
  for (const [key, value] of Object.entries(patch))
    if (value === null) Reflect.deleteProperty(target, key);
    else if (typeof value === 'object' && !Array.isArray(value)) {
      target[key] ??= {};
      mergePatch(target[key] as Record<string, unknown>, value as Record<string, unknown>);
    } else target[key] = value;
}

function removeFinalizer(object: StoredObject, [test, remove]: readonly PatchOperation[]): Outcome<unknown> {
  const index = Number(test?.path.replace('/metadata/finalizers/', ''));
  const finalizers = object.metadata.finalizers ?? [];
  if (test?.op !== 'test' || finalizers[index] !== test.value || remove?.op !== 'remove') return { kind: 'conflict' };
  object.metadata.finalizers = finalizers.toSpliced(index, 1);
  return { kind: 'ok', value: object };
}

export interface CliRun {
  readonly code: number;
  readonly out: string;
  readonly notes: string;
  readonly files: ReadonlyMap<string, string>;
  readonly sleptMs: number;
}

/** Runs one command line against the cluster; time passes only while it sleeps. */
export async function runAgainst(
  cluster: Cluster,
  line: string,
  more: Partial<ProgramDeps> & { readonly isTTY?: boolean; readonly variables?: Record<string, string> } = {},
): Promise<CliRun> {
  let [out, notes, nowMs] = ['', '', 0];
  const files = new Map<string, string>();
  const terminal = createTerminal(
    { isTTY: more.isTTY ?? false, write: (text) => (out += text) },
    { write: (text) => (notes += text) },
    more.variables ?? {},
  );
  const write = (folder: string, written: readonly ExportedFile[]) => {
    for (const { path, content } of written) files.set(`${folder}/${path}`, content);
    return Promise.resolve(ok(undefined));
  };
  const code = await runCli(line.split(' ').filter(Boolean), {
    terminal,
    connect: () => ok({ cluster, namespace: 'shop' }),
    readText: () => Promise.resolve(ok('')),
    isFile: () => false,
    writeFile: (path, content) => write('.', [{ path, content }]),
    sha256: (text) => createHash('sha256').update(text).digest('hex'),
    writeFolder: write,
    runProgram: () => Promise.resolve(0),
    addToFolder: write,
    openFiles: () => Promise.resolve(environment('there is no store of file-access lines')),
    saveFolder: () => Promise.resolve(ok(undefined)),
    checkHere: () => Promise.reject(new Error('no machine to look at')),
    now: () => nowMs,
    sleep: (ms) => {
      nowMs += ms;
      return Promise.resolve();
    },
    ...more,
  });
  return { code, out, notes, files, sleptMs: nowMs };
}

/** A SyscallProfile with one contributor that called `read`. */
export function storedProfile(name: string, kind: string, workload: string, container: string): StoredObject {
  const status = mergeContribution(
    undefined,
    {
      imageDigest: 'web@sha256:1',
      image: 'web:1',
      calls: [{ abi: 'x86_64', name: 'read', origins: ['startup'] }],
      contributor: {
        traceUid: 'u1',
        pod: 'web-1',
        node: 'n1',
        kernel: '6.1.0',
        architecture: 'x86_64',
        runtime: 'runc',
        armedAt: '2025-01-01T00:00:00Z',
        endedAt: '2025-01-01T00:01:00Z',
        completeness: completenessOf([], []),
      },
    },
    { groups: declaredGroups() },
  );
  return {
    metadata: { name, namespace: 'shop' },
    spec: { workload: { apiVersion: 'apps/v1', kind, name: workload }, container },
    status,
  };
}
