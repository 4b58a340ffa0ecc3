/** What a look at a node finds: whether it can have a ledger, and what that depends on. One JSON line; the CLI parses it. */
import { z } from 'zod';
import type { Refusal } from '../../profile/recording.ts';
import { REFUSALS } from '../../profile/recording.ts';

export const nodeCheckSchema = z.object({
  version: z.literal(1),
  /** `uname -r`. */
  kernel: z.string().max(256),
  architecture: z.string().max(32),
  cgroups: z.enum(['v2', 'hybrid', 'v1']),
  btf: z.boolean(),
  /** Content of /sys/kernel/security/lockdown; empty where the kernel has none. */
  lockdown: z.string().max(256),
  bpfFileSystem: z.boolean(),
  /** Soft RLIMIT_MEMLOCK. */
  memlock: z.string().max(32),
  libbpf: z.boolean(),
  /** Null where the programs were loaded; they are gone again. */
  refusal: z
    .object({
      refusal: z.enum(Object.keys(REFUSALS) as [Refusal, ...Refusal[]]).or(z.enum(['no-libbpf', 'not-loaded'])),
      detail: z.string().max(1024),
    })
    .nullable(),
});
export type NodeCheck = z.infer<typeof nodeCheckSchema>;
