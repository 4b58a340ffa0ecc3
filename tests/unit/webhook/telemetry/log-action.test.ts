import { deepEqual } from 'node:assert/strict';
import { createLog } from '../../../../webhook/telemetry/log.ts';
import { logAction } from '../../../../webhook/telemetry/log-action.ts';

describe('the log of what was done about targets', () => {
  it('tells actions and failures, and Events only to who debugs', () => {
    const lines: string[] = [];
    const log = createLog('debug', { write: (line) => void lines.push(line) });
    const target = { podUid: 'u1', namespace: 'shop', pod: 'web-1' };
    const ok = { kind: 'ok', value: null } as const;
    logAction(log, target, 'create-tracer', ok);
    logAction(log, target, 'record-event', ok);
    logAction(log, target, 'remove-finalizer', { kind: 'conflict' });
    const levels = lines.map((line) => JSON.parse(line) as { level: string; action: string });
    deepEqual(
      levels.map(({ level, action }) => `${level} ${action}`),
      ['info create-tracer', 'debug record-event', 'warn remove-finalizer'],
    );
  });
});
