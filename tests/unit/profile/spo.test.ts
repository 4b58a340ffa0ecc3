import assert from 'node:assert/strict';
import { parse, stringify } from 'yaml';
import { z } from 'zod';
import { ACTIONS, ociProfileSchema } from '../../../profile/oci-profile.ts';
import { toOperatorProfile } from '../../../profile/spo.ts';
import { webProfile } from './web-profile.ts';

/**
 * Facts of the CRD seccompprofiles.security-profiles-operator.x-k8s.io, version v1beta1 (commit a2e4c4b, 2026-08-21),
 * strict where the API server would drop a field that the schema doesn't name.
 */
const integer = z.number().int().min(0);
const unique = z.array(z.string()).refine((items) => new Set(items).size === items.length);
const crd = z.strictObject({
  apiVersion: z.literal('security-profiles-operator.x-k8s.io/v1beta1'),
  kind: z.literal('SeccompProfile'),
  metadata: z.strictObject({
    name: z.string().regex(/^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/),
    annotations: z.record(z.string(), z.string()),
  }),
  spec: z.strictObject({
    defaultAction: z.enum(ACTIONS),
    architectures: z.array(z.enum(['SCMP_ARCH_X86_64', 'SCMP_ARCH_X86', 'SCMP_ARCH_X32', 'SCMP_ARCH_AARCH64'])),
    syscalls: z.array(
      z.strictObject({
        action: z.enum(ACTIONS),
        names: unique.min(1),
        errnoRet: integer.max(2 ** 31 - 1).optional(),
        args: z
          .array(
            z.strictObject({
              index: integer,
              op: z.enum(['NE', 'LT', 'LE', 'EQ', 'GE', 'GT', 'MASKED_EQ'].map((op) => `SCMP_CMP_${op}`)),
              value: integer.optional(),
              valueTwo: integer.optional(),
            }),
          )
          .max(6)
          .optional(),
      }),
    ),
  }),
});

describe("the security-profiles-operator's profile", () => {
  const seccomp = ociProfileSchema.parse({
    ...webProfile(2).seccomp,
    syscalls: [
      ...webProfile(2).seccomp.syscalls,
      { names: ['socket'], action: 'SCMP_ACT_ALLOW', args: [{ index: 0, op: 'SCMP_CMP_EQ', value: 2 }] },
      { names: ['clone3'], action: 'SCMP_ACT_ERRNO', errnoRet: 38 },
    ],
  });

  it('fits its CRD, as YAML too', () => {
    const object: unknown = parse(stringify(toOperatorProfile('deployment-web-nginx', 'observed: x', seccomp)));
    assert.deepEqual(crd.parse(object), toOperatorProfile('deployment-web-nginx', 'observed: x', seccomp));
  });

  it('holds the same rules as the OCI file', () => {
    const { spec } = toOperatorProfile('web', '', seccomp);
    const again = ociProfileSchema.parse(spec);
    const names = (rules: typeof seccomp.rules): string[] =>
      rules
        .flatMap((rule) => rule.names.map((name) => JSON.stringify([name, rule.action, rule.errno, rule.args])))
        .sort();
    assert.deepEqual([...new Set(names(again.rules))], [...new Set(names(seccomp.rules))]);
    assert.equal(again.defaultAction, 'SCMP_ACT_ERRNO');
  });
});
