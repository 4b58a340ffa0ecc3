/**
 * Why a target ended without a recording, where no release reason, refusal or partial reason says it. One table for the
 * Trace's reason, its message and the Event's text.
 */
import { PARTIAL_REASONS, REFUSALS } from '../../profile/recording.ts';
import type { PartialReason, Refusal } from '../../profile/recording.ts';
import { RELEASE_REASONS } from './release-reasons.ts';
import type { ReleaseReason } from './release-reasons.ts';

export const UNTRACED_REASONS = {
  'never-scheduled': 'the target ended before it had a node',
  'never-started': 'the target ended before any of its containers ran',
  'kubelet-rejected': 'the kubelet refused to run the target',
  'nothing-recorded': 'the report names no container of the target',
  'not-stored': 'the API server kept refusing to store the profile',
} as const;
export type UntracedReason = keyof typeof UNTRACED_REASONS;

/** Every word that can stand in a Trace's `reason`. */
export type TraceReason = UntracedReason | ReleaseReason | Refusal | PartialReason;

const TEXTS: Readonly<Record<TraceReason, string>> = {
  ...PARTIAL_REASONS,
  ...REFUSALS,
  ...RELEASE_REASONS,
  ...UNTRACED_REASONS,
};

/** Longest `status.message` of a Trace (manifests/base/crd-traces.yaml). */
const MAX_MESSAGE = 1024;

/** The reason in words, with what is known beyond it (a kubelet's or kernel's own message). */
export function explain(reason: TraceReason, detail?: string | null): string {
  const text = TEXTS[reason];
  return (detail === undefined || detail === null || detail === '' ? text : `${text}: ${detail}`).slice(0, MAX_MESSAGE);
}
