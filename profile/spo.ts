/**
 * The profile as a `SeccompProfile` of the security-profiles-operator (sigs.k8s.io/security-profiles-operator), which
 * installs it on the nodes. Version v1beta1, which it serves beside v1; `spec` is the OCI profile but for
 * the default's error number, which it has no field for: runtimes then answer EPERM.
 */
import type { OciProfile } from './oci-profile.ts';
import type { FileProfile } from './write-oci.ts';
import { toFileProfile } from './write-oci.ts';

export interface OperatorProfile {
  readonly apiVersion: 'security-profiles-operator.x-k8s.io/v1beta1';
  readonly kind: 'SeccompProfile';
  readonly metadata: { readonly name: string; readonly annotations: Readonly<Record<string, string>> };
  readonly spec: Omit<FileProfile, 'defaultErrnoRet'>;
}

/** @param summary how complete the profile is, kept as an annotation */
export function toOperatorProfile(name: string, summary: string, seccomp: OciProfile): OperatorProfile {
  const { defaultAction, architectures, syscalls } = toFileProfile(seccomp);
  return {
    apiVersion: 'security-profiles-operator.x-k8s.io/v1beta1',
    kind: 'SeccompProfile',
    metadata: { name, annotations: { 'flak.dev/completeness': summary } },
    spec: { defaultAction, architectures, syscalls },
  };
}
