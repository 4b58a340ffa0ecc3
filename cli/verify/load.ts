/** The profile that a command is verified against. */
import { readFile } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import type { ProfileDocument } from '../../profile/document.ts';
import { readProfile } from '../../profile/document.ts';
import type { Result } from '../ending.ts';
import { ok, usage } from '../ending.ts';
import { reasonOf } from '../write-whole.ts';

export async function loadLocalProfile(name: string): Promise<Result<ProfileDocument>> {
  const source = name === '-' ? 'the input' : name;
  let content: string;
  try {
    content = name === '-' ? await text(process.stdin) : await readFile(name, 'utf8');
  } catch (thrown) {
    return usage(`${source} can't be read (${reasonOf(thrown)}); name a profile's file.`);
  }
  const reading = readProfile(content, source);
  if (reading.kind === 'read') return ok(reading.document);
  return usage(`${source} ${reading.why}; give an OCI, Flak or SyscallProfile file.`);
}
