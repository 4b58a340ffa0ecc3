/** Which files a canary gets placed on its node, or why none: docs/security.md, "Profiles that are placed on nodes". Pure. */
import { boundOf } from '../../profile/default-bound.ts';
import { readProfile } from '../../profile/document.ts';
import type { Placement, ReplayRequest } from '../../profile/placement.ts';
import { MAX_CANARY_SECONDS, parseReplayRequest, PLACED_FOLDER, placedFile } from '../../profile/placement.ts';
import { replayFilter } from '../../profile/replay-filter.ts';

/** The canary, as its spec says. */
export interface Canary {
  readonly namespace: string;
  /** The annotation's text; undefined where there is none. */
  readonly request: string | undefined;
  readonly deadlineSeconds: number | null;
  readonly containers: readonly CanaryContainer[];
}

export interface CanaryContainer {
  readonly name: string;
  readonly privileged: boolean;
  readonly capabilities: { readonly add: readonly string[]; readonly drop: readonly string[] };
  /** The path of a Localhost profile; null for any other. */
  readonly localhostProfile: string | null;
}

export interface PlacementFacts {
  readonly canary: Canary;
  /** Whether whoever makes pods in the namespace may have them run without any filter. */
  readonly mayBeUnconfined: boolean;
  /** Contents of `status.seccomp`, by the SyscallProfile's name; profiles that aren't there are missing. */
  readonly profiles: ReadonlyMap<string, string>;
}

type Verdict<T> = { readonly kind: 'ok'; readonly value: T } | Extract<Placement, { kind: 'refused' }>;

export function judgePlacement(facts: PlacementFacts): Placement {
  const request = parseReplayRequest(facts.canary.request ?? '');
  if (request === undefined) return refused('the annotation flak.dev/verify is none that this version of Flak reads');
  const { deadlineSeconds } = facts.canary;
  if (deadlineSeconds === null || deadlineSeconds > MAX_CANARY_SECONDS)
    return refused(`a pod with a profile to verify needs activeDeadlineSeconds of at most ${MAX_CANARY_SECONDS}`);
  const files: { name: string; content: string }[] = [];
  for (const name of Object.keys(request.containers)) {
    const file = fileFor(name, request, facts);
    if (file.kind === 'refused') return file;
    files.push({ name: placedFile(facts.canary.namespace, request.run, name), content: file.value });
  }
  return { kind: 'files', files };
}

function fileFor(name: string, { run, mode, containers }: ReplayRequest, facts: PlacementFacts): Verdict<string> {
  const { namespace } = facts.canary;
  const container = facts.canary.containers.find((one) => one.name === name);
  const asked = containers[name];
  if (container === undefined || asked === undefined) return refused(`the pod has no container ${name}`);
  if (container.privileged) return refused(`container ${name} is privileged: runtimes load no filter into it`);
  if (container.localhostProfile !== `${PLACED_FOLDER}/${placedFile(namespace, run, name)}`)
    return refused(`container ${name} doesn't name the profile that would be placed`);
  const text = facts.profiles.get(asked.profile);
  if (text === undefined) return refused(`there is no SyscallProfile ${asked.profile}`);
  const reading = readProfile(text, asked.profile);
  if (reading.kind === 'unreadable') return refused(`${asked.profile} ${reading.why}`);
  const isOpen = facts.mayBeUnconfined && asked.present === 'unconfined';
  const filter = replayFilter(reading.document.seccomp, mode, isOpen ? null : boundOf(container.capabilities));
  if (filter.kind === 'filter') return { kind: 'ok', value: JSON.stringify(filter.file) };
  const why = facts.mayBeUnconfined ? 'the container runs under RuntimeDefault' : 'the namespace may have no less';
  return refused(`${asked.profile} allows more than RuntimeDefault, and ${why}: ${list(filter.names)}`);
}

function refused(reason: string): Extract<Placement, { kind: 'refused' }> {
  return { kind: 'refused', reason };
}

function list(names: readonly string[]): string {
  return names.length > 12 ? `${names.slice(0, 12).join(', ')} and ${names.length - 12} more` : names.join(', ');
}
