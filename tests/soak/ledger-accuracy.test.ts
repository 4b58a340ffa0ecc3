/** What tests/integration/ledger-accuracy shows in a minute, ten times as long. */
import { recordFigure } from '../figure.ts';
import { killTracers } from '../integration/ledger-accuracy/kills.ts';
import { compilePrograms } from '../integration/ledger-accuracy/programs.ts';
import { compareRandomPrograms } from '../integration/ledger-accuracy/random-programs.ts';
import { stageForEach } from '../integration/tracer-ledger/stage-hooks.ts';

const PROGRAMS = 2000;
const KILLS = { beside: 1000, alone: 200, pauseMs: 200 };

describe('the ledger, for long', () => {
  const stage = stageForEach();

  it('has of 2000 random programs what each has written down itself', async function () {
    const pairs = await compareRandomPrograms(stage, compilePrograms(stage.folder), PROGRAMS);
    recordFigure(this, `${PROGRAMS} programs, ${pairs} pairs of interface and number, none missing, none added`);
  });

  it('loses nothing and leaves nothing over 1200 kills of tracers', async function () {
    const duringProgram = await killTracers(stage, KILLS);
    recordFigure(
      this,
      `${KILLS.beside + KILLS.alone} kills, ${duringProgram} of them while the program made its calls`,
    );
  });
});
