/** The reasons of the Kubernetes Events on a target (UpperCamelCase, as `kubectl get events` shows everyone's). */
export const EVENT_REASONS = {
  FlakGateAdded: 'Normal',
  FlakTracingStarted: 'Normal',
  FlakProfileStored: 'Normal',
  FlakWaiting: 'Normal',
  FlakGateReleased: 'Warning',
  FlakNotTraced: 'Warning',
  FlakTracerFailed: 'Warning',
  FlakGateImageUnavailable: 'Warning',
  FlakCommandsUnknown: 'Warning',
} as const satisfies Record<string, 'Normal' | 'Warning'>;
export type EventReason = keyof typeof EVENT_REASONS;
