/** Stages made and undone by mocha's hooks, for the `describe` in which these functions are called. */
import { skipBecause } from '../../skip.ts';
import { openStage } from './stage.ts';
import type { Stage } from './stage.ts';

/** One stage for all tests of the `describe`, which is skipped without root. Not to be used before its tests and hooks run. */
export function stageForAll(): Stage {
  return stageBetween(before, after);
}

/** A stage for each test of the `describe`, which is skipped without root. Not to be used before its tests and hooks run. */
export function stageForEach(): Stage {
  return stageBetween(beforeEach, afterEach);
}

function stageBetween(opening: (open: () => void) => void, closing: (close: () => void) => void): Stage {
  let opened: Stage | undefined;
  const current = (): Stage => {
    if (!opened) throw new Error('there is a stage only while tests run');
    return opened;
  };
  const close = (): void => {
    opened?.[Symbol.dispose]();
    opened = undefined;
  };
  before(function () {
    if (process.getuid?.() !== 0) skipBecause(this, 'loading BPF programs and starting containers takes root');
  });
  opening(() => {
    opened = openStage();
  });
  closing(close);
  return {
    get folder() {
      return current().folder;
    },
    get options() {
      return current().options;
    },
    pod: () => current().pod(),
    open: () => current().open(),
    join: (pod) => current().join(pod),
    [Symbol.dispose]: close,
  };
}
