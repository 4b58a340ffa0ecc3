import { Counter, Histogram, type Registry } from 'prom-client';

/** Why something that arrived at `/mutate` was no review. */
export type RefusedReview =
  | 'method-not-allowed'
  | 'unsupported-media-type'
  | 'too-large'
  | 'not-json'
  | 'not-a-review'
  | 'busy'
  | 'internal-error';

export interface AdmissionMetrics {
  /** `reason` is a SkipReason, a RefusedReview, or `gate-added`: closed unions all, never a name out of a pod. */
  readonly reviews: Counter<'decision' | 'reason'>;
  readonly duration: Histogram;
}

export function admissionMetrics(registry: Registry): AdmissionMetrics {
  const registers = [registry];
  return {
    reviews: new Counter({
      name: 'flak_admission_reviews_total',
      help: 'Pods reviewed, by decision (trace, skip, refused) and its reason',
      labelNames: ['decision', 'reason'],
      registers,
    }),
    duration: new Histogram({
      name: 'flak_admission_duration_seconds',
      help: 'From a parsed body to its answer',
      buckets: [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.1, 1],
      registers,
    }),
  };
}
