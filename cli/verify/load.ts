/** The profile that a command is verified against. */
import type { ProfileDocument } from '../../profile/document.ts';
import { readProfile } from '../../profile/document.ts';
import type { Result } from '../ending.ts';
import { ok, usage } from '../ending.ts';
import { readTextFile, readTextFrom } from '../files.ts';

export async function loadLocalProfile(name: string): Promise<Result<ProfileDocument>> {
  const isInput = name === '-';
  // The command gets this process's input, which is left alone unless it is meant.
  const content = await (isInput ? readTextFrom(process.stdin)(name) : readTextFile(name));
  if (content.kind !== 'ok') return content;
  const source = isInput ? 'the input' : name;
  const reading = readProfile(content.value, source);
  if (reading.kind === 'read') return ok(reading.document);
  return usage(`${source} ${reading.why}; give an OCI, Flak or SyscallProfile file.`);
}
