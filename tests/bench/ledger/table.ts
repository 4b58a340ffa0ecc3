/** The bench's words. */
import type { Figure, Verdict } from './verdicts.ts';

const NAME_WIDTH = 30;
const CELL_WIDTH = 24;

/** One row per contestant, one column per measure: median (quartiles), minimum; ns per call. */
export function tableOf(figures: readonly Figure[]): string[] {
  const measures = [...new Set(figures.map(({ measure }) => measure))];
  const contestants = [...new Set(figures.map(({ contestant }) => contestant))];
  const cell = (contestant: string, measure: string): string => {
    const figure = figures.find((one) => one.contestant === contestant && one.measure === measure);
    if (figure === undefined) return '';
    const { ns, minNs } = figure;
    return `${ns.median.toFixed(0)} (${ns.p25.toFixed(0)}–${ns.p75.toFixed(0)}) ≥ ${minNs.toFixed(0)}`;
  };
  const row = (name: string, cells: readonly string[]): string =>
    [name.padEnd(NAME_WIDTH), ...cells.map((text) => text.padEnd(CELL_WIDTH))].join('').trimEnd();
  return [
    row('ns per call', measures),
    ...contestants.map((contestant) =>
      row(
        contestant,
        measures.map((measure) => cell(contestant, measure)),
      ),
    ),
  ];
}

const MARKS = { true: '✓', false: '✗', null: ' ' } as const;

export function lineOf({ promise, ratio, minRatio, limit, kept }: Verdict): string {
  const spread = `${ratio.median.toFixed(3)}× (${ratio.p25.toFixed(3)}–${ratio.p75.toFixed(3)}), minima ${minRatio.toFixed(3)}×`;
  const asked = limit === null ? '' : `, asked ≤ ${limit.toFixed(2)}×`;
  return `${MARKS[`${kept}`]} ${promise}: ${spread}${asked}`;
}
