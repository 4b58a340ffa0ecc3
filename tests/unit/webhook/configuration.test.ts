import { deepEqual, equal, ok } from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { environmentSchema, parseConfiguration } from '../../../webhook/configuration.ts';

const REQUIRED = { FLAK_GATE_IMAGE: 'gate:1', FLAK_TRACER_IMAGE: 'tracer:1', POD_NAME: 'flak-1' };

describe('the configuration of the control plane', () => {
  it('needs only the images and its own name', () => {
    const parsed = parseConfiguration(REQUIRED);
    ok(parsed.kind === 'valid');
    equal(parsed.configuration.gate.timeoutSeconds, 60);
    equal(parsed.configuration.flushDeadlineMs, 30_000);
    equal(parsed.configuration.tracer.perNode, 10);
    equal(parsed.configuration.gate.imageMirror, null);
  });

  it('reports every mistake at once', () => {
    const parsed = parseConfiguration({
      FLAK_TRACER_IMAGE: 'two words',
      FLAK_GATE_TIMEOUT_SECONDS: '0',
      FLAK_TRACER_MEMORY_LIMIT: 'much',
      FLAK_LOG_LEVEL: 'loud',
    });
    ok(parsed.kind === 'invalid');
    const named = parsed.mistakes.map((line) => line.slice(0, line.indexOf(':'))).sort();
    deepEqual(named, [
      'FLAK_GATE_IMAGE',
      'FLAK_GATE_TIMEOUT_SECONDS',
      'FLAK_LOG_LEVEL',
      'FLAK_TRACER_IMAGE',
      'FLAK_TRACER_MEMORY_LIMIT',
      'POD_NAME',
    ]);
  });

  it('is not confused by what the kubelet sets for the Service flak', () => {
    equal(
      parseConfiguration({ ...REQUIRED, FLAK_PORT: 'tcp://198.19.0.1:443', FLAK_SERVICE_PORT: '443' }).kind,
      'valid',
    );
  });

  it('has a row for each variable on its reference page, with the default it has', () => {
    const page = readFileSync('docs/configuration.md', 'utf8');
    const rows = new Map(
      [...page.matchAll(/^\| `(\w+)` \| (.*?) \|/gm)].map(([, name = '', preset = '']) => [name, preset]),
    );
    deepEqual([...rows.keys()].sort(), Object.keys(environmentSchema.shape).sort());
    const defaults = environmentSchema.parse(REQUIRED) as Record<string, unknown>;
    for (const [name, preset] of rows) {
      const literal = /^`(.*)`$/.exec(preset)?.[1];
      if (literal !== undefined) equal(String(defaults[name]), literal, name);
    }
  });
});
