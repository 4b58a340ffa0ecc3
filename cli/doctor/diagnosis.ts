/** What `flak doctor` says of one thing that tracing needs. */

export interface Diagnosis {
  /** `this machine`, `node NAME` or `cluster`. */
  readonly where: string;
  readonly what: string;
  /** `problem`: tracing won't work. `warning`: it will, with the limit that `detail` names. */
  readonly state: 'fine' | 'warning' | 'problem';
  readonly detail: string;
  /** What to do about it; empty where it is fine. */
  readonly remedy: string;
}

export function fine(where: string, what: string, detail: string): Diagnosis {
  return { where, what, state: 'fine', detail, remedy: '' };
}

export function warning(where: string, what: string, detail: string, remedy: string): Diagnosis {
  return { where, what, state: 'warning', detail, remedy };
}

export function problem(where: string, what: string, detail: string, remedy: string): Diagnosis {
  return { where, what, state: 'problem', detail, remedy };
}
