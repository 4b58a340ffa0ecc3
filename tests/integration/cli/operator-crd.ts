/**
 * The security-profiles-operator's CRD as far as its schema judges a profile: the facts of version v1beta1 in its
 * repository (commit a2e4c4b, 2026-08-21), written down for an API server to apply.
 */
const ACTIONS = ['KILL', 'KILL_PROCESS', 'KILL_THREAD', 'TRAP', 'ERRNO', 'TRACE', 'ALLOW', 'LOG', 'NOTIFY'];
const OPERATORS = ['NE', 'LT', 'LE', 'EQ', 'GE', 'GT', 'MASKED_EQ'];
const ARCHITECTURES = ['NATIVE', 'X86', 'X86_64', 'X32', 'ARM', 'AARCH64'];

const enumOf = (prefix: string, names: readonly string[]) => ({
  type: 'string',
  enum: names.map((name) => `${prefix}_${name}`),
});
const count = (format: 'int32' | 'int64') => ({ type: 'integer', format, minimum: 0 });

const argument = {
  type: 'object',
  required: ['index', 'op'],
  properties: {
    index: count('int32'),
    op: enumOf('SCMP_CMP', OPERATORS),
    value: count('int64'),
    valueTwo: count('int64'),
  },
};
const rule = {
  type: 'object',
  required: ['action', 'names'],
  properties: {
    action: enumOf('SCMP_ACT', ACTIONS),
    args: { type: 'array', maxItems: 6, items: argument, 'x-kubernetes-list-type': 'atomic' },
    errnoRet: count('int32'),
    names: { type: 'array', minItems: 1, items: { type: 'string' }, 'x-kubernetes-list-type': 'set' },
  },
};
const spec = {
  type: 'object',
  required: ['defaultAction'],
  properties: {
    architectures: { type: 'array', items: enumOf('SCMP_ARCH', ARCHITECTURES), 'x-kubernetes-list-type': 'set' },
    defaultAction: enumOf('SCMP_ACT', ACTIONS),
    syscalls: { type: 'array', items: rule, 'x-kubernetes-list-type': 'atomic' },
  },
};

export const OPERATOR_CRD = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'seccompprofiles.security-profiles-operator.x-k8s.io' },
  spec: {
    group: 'security-profiles-operator.x-k8s.io',
    names: {
      kind: 'SeccompProfile',
      listKind: 'SeccompProfileList',
      plural: 'seccompprofiles',
      singular: 'seccompprofile',
    },
    scope: 'Cluster',
    versions: [
      {
        name: 'v1beta1',
        served: true,
        storage: true,
        schema: {
          openAPIV3Schema: {
            type: 'object',
            required: ['spec'],
            properties: {
              apiVersion: { type: 'string' },
              kind: { type: 'string' },
              metadata: { type: 'object' },
              spec,
            },
          },
        },
      },
    ],
  },
};
