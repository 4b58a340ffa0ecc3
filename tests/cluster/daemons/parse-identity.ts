import { z } from 'zod';
import type { ProcessIdentity } from './identity.ts';

const identitySchema = z.object({ pid: z.number().int().positive(), startTicks: z.string(), bootId: z.string() });

/** A recorded identity from its file's text; undefined for any other text. */
export function parseIdentity(text: string): ProcessIdentity | undefined {
  try {
    return identitySchema.parse(JSON.parse(text));
  } catch {
    return undefined;
  }
}
