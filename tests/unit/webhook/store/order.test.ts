import assert from 'node:assert/strict';
import type { Order } from '../../../../profile/recording.ts';
import { orderFor, type OrderFacts } from '../../../../webhook/store/order.ts';

const running = { deleting: false, terminal: false, ready: [] };
const deleting = { deleting: true, terminal: false, ready: [] };
const succeeded = { deleting: false, terminal: true, ready: [] };
const ended = { deleting: true, terminal: true, ready: [] };

describe('the order for a tracer', () => {
  const table: readonly [string, OrderFacts, usual: Order, last: Order][] = [
    ['a running target', { target: running, uninstalling: false }, 'record', 'hand-over'],
    ['a target with a deletion timestamp', { target: deleting, uninstalling: false }, 'flush', 'flush'],
    ['a target in a terminal phase', { target: succeeded, uninstalling: false }, 'flush', 'flush'],
    ['a deleted target in a terminal phase', { target: ended, uninstalling: false }, 'flush', 'flush'],
    ['no target', { target: undefined, uninstalling: false }, 'leave', 'leave'],
    ['uninstalling with a running target', { target: running, uninstalling: true }, 'leave', 'leave'],
    ['uninstalling with a deleted target', { target: deleting, uninstalling: true }, 'leave', 'leave'],
    ['uninstalling without a target', { target: undefined, uninstalling: true }, 'leave', 'leave'],
  ];
  for (const [title, facts, usual, last] of table) {
    it(`is ${usual} for ${title}, and ${last} when the tracer is about to stop`, () => {
      assert.equal(orderFor(facts, false), usual);
      assert.equal(orderFor(facts, true), last);
    });
  }
});
