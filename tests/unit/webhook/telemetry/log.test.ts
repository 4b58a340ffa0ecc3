import assert from 'node:assert/strict';
import { createLog } from '../../../../webhook/telemetry/log.ts';

describe('the log', () => {
  it('writes one JSON line per sentence, with an ISO time, the level as a word, and no host name', () => {
    const lines: string[] = [];
    createLog('info', { write: (line) => void lines.push(line) }).info({ pods: 3 }, 'sentence');
    const { time, ...rest } = JSON.parse(lines.join('')) as Record<string, unknown>;
    assert.deepEqual(rest, { level: 'info', pods: 3, msg: 'sentence' });
    assert.match(String(time), /^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
  });

  it('keeps what is below its level to itself', () => {
    const lines: string[] = [];
    createLog('warn', { write: (line) => void lines.push(line) }).info('sentence');
    assert.deepEqual(lines, []);
  });
});
