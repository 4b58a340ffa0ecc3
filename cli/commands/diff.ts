/** `flak diff`. */
import { Option } from 'commander';
import type { Command } from 'commander';
import type { ProfileDiff, SyscallChange } from '../../profile/diff.ts';
import { diffProfiles } from '../../profile/diff.ts';
import type { ProfileDocument } from '../../profile/document.ts';
import { toJson } from '../deliver.ts';
import type { Ending, Result } from '../ending.ts';
import { DONE, finding, ok, usage } from '../ending.ts';
import type { LoadDeps } from '../load-profile.ts';
import { documentsOfRevisions, loadProfile, PROFILE_ARGUMENT } from '../load-profile.ts';
import type { Ended } from '../registration.ts';
import { examples, jsonOutput, withConnection, withNamespace } from '../registration.ts';
import type { WhichProfile } from '../stored-profile.ts';
import type { Style, Terminal } from '../terminal.ts';

interface DiffOptions extends WhichProfile {
  readonly exitCode?: boolean;
  readonly failOn?: 'added' | 'any';
  readonly output?: 'json';
}

export function addDiff(parent: Command, deps: LoadDeps, ended: Ended): void {
  withNamespace(withConnection(parent.command('diff')))
    .description('what a profile allows that another does not')
    .argument('<before>', PROFILE_ARGUMENT)
    .argument('[after]', 'the other one; left out: what the newest image of <before> changed')
    .option('-c, --container <container>', 'which container, for profiles in the cluster')
    .option('--exit-code', 'end with code 1 when they differ')
    .addOption(
      new Option(
        '--fail-on <kind>',
        'any: the same as --exit-code; added: only where <after> allows what <before> does not',
      ).choices(['added', 'any']),
    )
    .addOption(jsonOutput())
    .addHelpText(
      'after',
      examples(
        'flak diff profile.json deploy/web',
        'flak diff deploy/web -c nginx',
        'flak diff --fail-on added seccomp/web.json recorded.json || echo the profile drifted',
      ),
    )
    .action(async (before: string, after: string | undefined, options: DiffOptions) => {
      ended(await diff(before, after, options, deps));
    });
}

async function diff(before: string, after: string | undefined, options: DiffOptions, deps: LoadDeps): Promise<Ending> {
  if (before === '-' && after === '-')
    return usage('only one of the two can come from stdin; name a file for the other.');
  const sides = await loadSides(before, after, options, deps);
  if (sides.kind !== 'ok') return sides;
  const found = diffProfiles(...sides.value);
  deps.terminal.out(options.output === 'json' ? toJson(found) : renderDiff(found, deps.terminal));
  return found.equal ? DONE : judge(found, options);
}

function judge({ before, after, allowsMore }: ProfileDiff, { exitCode, failOn }: DiffOptions): Ending {
  if (failOn === 'added')
    return allowsMore
      ? finding(`${after} allows what ${before} doesn't; merge it into that one if it is meant.`)
      : DONE;
  if (failOn === undefined && exitCode !== true) return DONE;
  return finding(`the profiles differ; record again, or take ${after} in place of ${before} if that is meant.`);
}

async function loadSides(
  before: string,
  after: string | undefined,
  options: DiffOptions,
  deps: LoadDeps,
): Promise<Result<[ProfileDocument, ProfileDocument]>> {
  const first = await loadProfile(before, options, deps);
  if (first.kind !== 'ok') return first;
  if (after === undefined) {
    const [newest, previous] = documentsOfRevisions(first.value);
    if (newest && previous) return ok([previous, newest]);
    return usage(`${before} has been recorded with one image only; name a second profile to compare it with.`);
  }
  const second = await loadProfile(after, options, deps);
  return second.kind === 'ok' ? ok([first.value, second.value]) : second;
}

const SIGNS = { added: '+', removed: '-', changed: '~' } as const;
/** What is allowed anew asks for a look; what is gone doesn't. */
const STYLES = { added: 'bad', removed: 'good', changed: 'notable' } as const satisfies Record<string, Style>;

export function renderDiff(diff: ProfileDiff, terminal: Pick<Terminal, 'paint' | 'heading'>): string {
  const { paint } = terminal;
  const lines = [
    terminal.heading(`--- ${diff.before}`),
    terminal.heading(`+++ ${diff.after}`),
    ...(diff.image ? [`image: ${diff.image.before} → ${diff.image.after}`] : []),
    ...(diff.level ? [`level: ${diff.level.before} → ${diff.level.after}`] : []),
    ...(diff.defaultAction ? [`every other call: ${diff.defaultAction.before} → ${diff.defaultAction.after}`] : []),
    ...diff.architectures.removed.map((name) => paint('good', `- ${name}`)),
    ...diff.architectures.added.map((name) => paint('bad', `+ ${name}`)),
    ...diff.syscalls.map((change) => paint(STYLES[change.change], describeChange(change))),
    summarize(diff),
  ];
  return lines.map((line) => `${line}\n`).join('');
}

function describeChange({ name, change, before, after, risk, origins }: SyscallChange): string {
  const text = change === 'added' ? after : change === 'removed' ? `${before} before` : `${before} → ${after}`;
  const remarks = [...(risk === 'ordinary' ? [] : [risk]), ...origins].join(', ');
  return `${SIGNS[change]} ${name}: ${text}${remarks === '' ? '' : ` (${remarks})`}`;
}

function summarize({ syscalls, equal }: ProfileDiff): string {
  if (equal) return 'Both do the same with every call.';
  const count = (wanted: SyscallChange['change']): number => syscalls.filter(({ change }) => change === wanted).length;
  return `${count('added')} added, ${count('removed')} removed, ${count('changed')} changed`;
}
