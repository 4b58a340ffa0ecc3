/** CRDs and zod describe the same objects: what one accepts and the other refuses would be a profile lost at the end. */
import assert from 'node:assert/strict';
import { z } from 'zod';
import { syscallProfileStatusSchema, workloadSchema, completenessSchema } from '../../../profile/syscall-profile.ts';
import {
  TRACE_PHASES,
  type TracedContainer,
  type TraceSpec,
  type TraceStatus,
} from '../../../webhook/controller/trace-status.ts';
import { at, object } from './objects.ts';

type Schema = Readonly<Record<string, unknown>>;

function schemaOf(plural: string, part: 'spec' | 'status'): Schema {
  const definition = object('CustomResourceDefinition', `${plural}.flak.dev`);
  return at(definition, 'spec', 'versions', 0, 'schema', 'openAPIV3Schema', 'properties', part) as Schema;
}

/** What zod writes for "an integer" without a limit of its own. */
const SAFE = [Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER] as unknown[];
/** Fields that say something to people or to one of the two sides only. */
const UNCOMPARED = ['description', 'additionalProperties', '$schema', 'pattern'];

/** zod's JSON Schema in the dialect of CRDs: `anyOf` with null is `nullable`, limits at 2^53 are none. */
function inCrdWords(schema: Schema): Schema {
  const [first, second] = (schema['anyOf'] ?? []) as Schema[];
  if (first !== undefined && second?.['type'] === 'null') return { ...inCrdWords(first), nullable: true };
  const kept = Object.entries(schema).filter(
    ([key, value]) => !UNCOMPARED.includes(key) && !(/^(min|max)imum$/.test(key) && SAFE.includes(value)),
  );
  return Object.fromEntries(kept.map(([key, value]) => [key, inner(key, value, inCrdWords)]));
}

function comparable(schema: Schema): Schema {
  const kept = Object.entries(schema).filter(
    ([key, value]) => !UNCOMPARED.includes(key) && !key.startsWith('x-kubernetes-') && value !== 'int64',
  );
  return Object.fromEntries(kept.map(([key, value]) => [key, inner(key, value, comparable)]));
}

function inner(key: string, value: unknown, each: (schema: Schema) => Schema): unknown {
  if (key === 'items') return each(value as Schema);
  if (key === 'required') return [...(value as string[])].sort();
  if (key !== 'properties') return value;
  return Object.fromEntries(
    Object.entries(value as Record<string, Schema>).map(([name, schema]) => [name, each(schema)]),
  );
}

function zodSchema(schema: z.ZodType): Schema {
  return inCrdWords(z.toJSONSchema(schema));
}

describe('limits in the CRDs', () => {
  it("of SyscallProfile's status are those of its zod schema", () => {
    assert.deepEqual(comparable(schemaOf('syscallprofiles', 'status')), zodSchema(syscallProfileStatusSchema));
  });

  it('of a workload and of completeness are the same wherever they appear', () => {
    assert.deepEqual(
      comparable(at(schemaOf('syscallprofiles', 'spec'), 'properties', 'workload') as Schema),
      zodSchema(workloadSchema),
    );
    const trace = schemaOf('traces', 'status');
    assert.deepEqual(comparable(at(trace, 'properties', 'workload') as Schema), zodSchema(workloadSchema));
    assert.deepEqual(comparable(at(trace, 'properties', 'completeness') as Schema), zodSchema(completenessSchema));
  });

  it("of Trace name the code's fields, all of them and no others", () => {
    const spec: Record<keyof TraceSpec, true> = { podName: true, podUid: true };
    const status: Record<keyof TraceStatus, true> = {
      phase: true,
      node: true,
      workload: true,
      containers: true,
      tracer: true,
      armedAt: true,
      gateOpenedAt: true,
      endedAt: true,
      probes: true,
      reason: true,
      message: true,
      completeness: true,
      profiles: true,
    };
    const container: Record<keyof TracedContainer, true> = {
      name: true,
      kind: true,
      command: true,
      image: true,
      imageDigest: true,
    };
    const fields = (schema: unknown): string[] => Object.keys(at(schema, 'properties') as object).sort();
    const statusSchema = schemaOf('traces', 'status');
    assert.deepEqual(fields(schemaOf('traces', 'spec')), Object.keys(spec).sort());
    assert.deepEqual(fields(statusSchema), Object.keys(status).sort());
    assert.deepEqual(fields(at(statusSchema, 'properties', 'containers', 'items')), Object.keys(container).sort());
    assert.deepEqual(at(statusSchema, 'properties', 'phase', 'enum'), TRACE_PHASES);
  });

  it('bound every string and every list', () => {
    const unbounded: string[] = [];
    const visit = (schema: Schema, path: string): void => {
      if (schema['type'] === 'string' && !('maxLength' in schema || 'enum' in schema || 'format' in schema))
        unbounded.push(path);
      if (schema['type'] === 'array' && !('maxItems' in schema)) unbounded.push(path);
      if (schema['items'] !== undefined) visit(schema['items'] as Schema, `${path}[]`);
      for (const [name, property] of Object.entries((schema['properties'] ?? {}) as Record<string, Schema>))
        visit(property, `${path}.${name}`);
    };
    for (const plural of ['traces', 'syscallprofiles'])
      for (const part of ['spec', 'status'] as const) visit(schemaOf(plural, part), `${plural}.${part}`);
    assert.deepEqual(unbounded, []);
  });
});
