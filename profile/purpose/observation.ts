/** What each call is for, in a few words: tracing and programs in the kernel. */
import type { Purposes } from './purposes.ts';

export const OBSERVATION: Purposes = {
  ptrace: 'follows another process, reads and changes its memory and registers',
  bpf: 'loads programs and maps into the kernel',
  perf_event_open: 'counts and samples what processors and kernel do',
  uprobe: "fast path of a probe that the kernel placed; programs don't call it",
  uretprobe: "fast path of a return probe that the kernel placed; programs don't call it",
};
