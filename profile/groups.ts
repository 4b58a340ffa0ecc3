/**
 * Groups of calls that a profile allows although the recorded workload was not seen making them. Each is declared by
 * name with the reason for every call, so that nothing beyond the recording is in a profile unexplained.
 */

/**
 * One condition on an argument, in OCI's words. For `SCMP_CMP_MASKED_EQ` the mask is `value` and what it leaves has to be
 * `valueTwo` (libseccomp: db_col_rule_add, datum_a and datum_b). Both must be exact in a double, and so below 2^53.
 */
export type ArgumentCondition = { readonly index: number; readonly value: number } & (
  { readonly valueTwo: number; readonly op: 'SCMP_CMP_MASKED_EQ' } | { readonly op: 'SCMP_CMP_EQ' }
);

/** That an int argument is `value`: the upper half of its register is whatever the caller left there. */
export function lowHalfIs(index: number, value: number): ArgumentCondition {
  return { index, value: 0xffffffff, valueTwo: value, op: 'SCMP_CMP_MASKED_EQ' };
}

export interface GroupedCall {
  readonly name: string;
  /** Why the group has it, in words for the person who reads the profile. */
  readonly reason: string;
  /** Only in profiles whose workload was seen making one of these. */
  readonly beside?: readonly string[];
  /** Only with these arguments, unless the workload was seen making the call. */
  readonly args?: readonly ArgumentCondition[];
  /** Not allowed, but answered with this error number instead of EPERM. */
  readonly errno?: number;
}

export interface Group {
  readonly name: string;
  readonly description: string;
  readonly calls: readonly GroupedCall[];
}
