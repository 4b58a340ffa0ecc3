import { recordFigure } from '../../figure.ts';
import { stageForAll } from '../tracer-ledger/stage-hooks.ts';
import type { KillPlan } from './kills.ts';
import { killTracers } from './kills.ts';

/** The program lasts some 20 s then, about as long as the kills beside it. */
const PLAN: KillPlan = { beside: 100, alone: 20, pauseMs: 40 };

describe('tracers that are killed at random moments', function () {
  const stage = stageForAll();

  it('lose nothing of a program that makes every call once, and leave no pin, map, program or link, over 100 kills', async function () {
    const duringProgram = await killTracers(stage, PLAN);
    const total = PLAN.beside + PLAN.alone;
    recordFigure(this, `${total} kills, ${duringProgram} of them while the program made its calls; none lost`);
  });
});
