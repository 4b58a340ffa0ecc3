/** What a container runtime itself calls under the profile it has just loaded: the shape of a measurement. */

export interface MeasuredBaseSet {
  readonly runtime: 'runc' | 'crun';
  /** As the runtime says it itself. */
  readonly version: string;
  readonly architecture: 'x86_64' | 'aarch64';
  readonly kernel: string;
  /** Container starts, and joined programs (`exec`), with and without NoNewPrivileges each. */
  readonly starts: number;
  /** Names, sorted. With NoNewPrivileges the filter is loaded right before the exec … */
  readonly withNoNewPrivileges: readonly string[];
  /** … without, loading it needs CAP_SYS_ADMIN, so that user and capabilities are changed under it. */
  readonly withoutNoNewPrivileges: readonly string[];
  /**
   * Of calls whose values are enforced by default (enforced.ts): those of the compared argument, ascending. What isn't
   * here is allowed with any value.
   */
  readonly values: Readonly<Record<string, readonly number[]>>;
}
