import { recordFigure } from '../../figure.ts';
import { stageForAll } from '../tracer-ledger/stage-hooks.ts';
import { compilePrograms } from './programs.ts';
import { compareRandomPrograms } from './random-programs.ts';

const PROGRAMS = 200;

describe('random programs', function () {
  const stage = stageForAll();

  it('are recorded as each writes it down itself, 200 of them: calls, denials, threads, children, execs', async function () {
    const pairs = await compareRandomPrograms(stage, compilePrograms(stage.folder), PROGRAMS);
    recordFigure(this, `${PROGRAMS} programs, ${pairs} pairs of interface and number, none missing, none added`);
  });
});
