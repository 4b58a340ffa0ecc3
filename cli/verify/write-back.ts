/** What `flak verify` writes, and only when asked to. */
import { readFileSync } from 'node:fs';
import { describeReasons } from '../../profile/completeness.ts';
import { declaredGroups } from '../../profile/declared-groups.ts';
import type { ProfileDocument } from '../../profile/document.ts';
import { toFlakFormat } from '../../profile/flak-format.ts';
import type { Revision } from '../../profile/syscall-profile.ts';
import { unionOfRevisions } from '../../tracer/local/local-profile.ts';
import { toJson } from '../deliver.ts';
import type { Ending, Failed } from '../ending.ts';
import { DONE, finding, usage } from '../ending.ts';
import { outputTo } from '../record/output-file.ts';
import type { VerifyOptions } from './options.ts';

const WRITE_NEEDS = usage(
  '--write needs a file in the Flak format, which alone says how far a profile can be trusted.',
);
const PROPOSE_NEEDS = usage('--propose needs a profile with its recording (Flak format); add to the rules by hand.');

/** What can be known before the command is run twice; null where nothing stands in the way. */
export function misuse(
  name: string,
  { recorded }: ProfileDocument,
  { write, propose: to }: VerifyOptions,
): Failed | null {
  if (write === true && (name === '-' || !recorded || recorded.groups === null)) return WRITE_NEEDS;
  return to !== undefined && !recorded ? PROPOSE_NEEDS : null;
}

/** Only what is wholly recorded can be verified: a replay shows nothing of what a recording missed. */
export async function markVerified(name: string, { recorded }: ProfileDocument): Promise<Ending> {
  if (name === '-' || !recorded || recorded.groups === null) return WRITE_NEEDS;
  const [revision] = recorded.revisions;
  if (revision.completeness.level === 'partial')
    return finding(
      `${name} stays partial(${describeReasons(revision.completeness).join(', ')}); record it again from the start.`,
    );
  const verified: Revision = { ...revision, completeness: { ...revision.completeness, level: 'verified' } };
  const { summary, completeness } = toFlakFormat(recorded.workload, recorded.container, verified, declaredGroups());
  // The rest stays as it was: it is what has been verified.
  const file = { ...(JSON.parse(readFileSync(name, 'utf8')) as object), summary, completeness };
  return writeTo(name, file);
}

/** The profile and what the command did, as one. */
export async function propose(to: string, { recorded }: ProfileDocument, seen: Revision): Promise<Ending> {
  if (!recorded) return PROPOSE_NEEDS;
  const { workload, container, revisions } = recorded;
  return writeTo(to, toFlakFormat(workload, container, unionOfRevisions(revisions[0], seen), declaredGroups()));
}

async function writeTo(path: string, content: object): Promise<Ending> {
  const output = await outputTo(path, null);
  if (output.kind !== 'ok') return output;
  const written = await output.value(toJson(content));
  return written.kind === 'ok' ? DONE : written;
}
