import { recordFigure } from '../../figure.ts';
import { skipBecause } from '../../skip.ts';
import type { Stage } from '../tracer-ledger/stage.ts';
import { openStage } from '../tracer-ledger/stage.ts';
import { compilePrograms } from './programs.ts';
import { compareRandomPrograms } from './random-programs.ts';

const PROGRAMS = 200;

describe('random programs', function () {
  let stage: Stage;

  before(function () {
    if (process.getuid?.() !== 0) skipBecause(this, 'loading BPF programs takes root');
    stage = openStage();
  });
  after(() => {
    stage[Symbol.dispose]();
  });

  it('are recorded as each writes it down itself, 200 of them: calls, denials, threads, children, execs', async function () {
    const pairs = await compareRandomPrograms(stage, compilePrograms(stage.folder), PROGRAMS);
    recordFigure(this, `${PROGRAMS} programs, ${pairs} pairs of interface and number, none missing, none added`);
  });
});
