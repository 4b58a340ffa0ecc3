/** The options of `flak record`, as the command line gives them. */

export interface RecordOptions {
  readonly output?: string;
  readonly format: 'flak' | 'oci';
  readonly merge?: boolean;
  readonly user?: string;
  /** Seconds. */
  readonly readyAfter?: number;
  readonly readyOn?: 'SIGUSR1' | 'SIGUSR2';
  readonly cgroup?: string;
  readonly pid?: number;
}
