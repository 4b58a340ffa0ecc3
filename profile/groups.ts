/**
 * Groups of calls that a profile allows although the recorded workload was not seen making them. Each is declared by
 * name with the reason for every call, so that nothing beyond the recording is in a profile unexplained.
 */
export interface GroupedCall {
  readonly name: string;
  /** Why the group has it, in words for the person who reads the profile. */
  readonly reason: string;
}

export interface Group {
  readonly name: string;
  readonly description: string;
  readonly calls: readonly GroupedCall[];
}
