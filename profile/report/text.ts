/** An explanation as text for a terminal or a file. */
import type { ExplainedCall, Explanation } from '../explain.ts';
import { byTopic, defaultWords, headline, originWords, titleOf, worthALook } from './words.ts';
import type { Piece, Style } from './wrap.ts';
import { wrap } from './wrap.ts';

/** How parts stand out; a plain file gives them back as they are. */
export interface Emphasis {
  readonly heading: (text: string) => string;
  readonly paint: (style: Style, text: string) => string;
  /** Of the terminal, to whose width lines are broken; left out where there is none. */
  readonly columns?: number | undefined;
}

/** Calls stand in a column of this width. */
const NAMES = 22;

export function renderExplanation(explanation: Explanation, emphasis: Emphasis): string {
  const sections = [
    introduction(explanation, emphasis),
    ...risks(explanation, emphasis),
    ...byTopic(explanation.calls).map(({ topic, calls }) =>
      section(`${topic} (${calls.length})`, calls.map(lineOf(emphasis)), emphasis),
    ),
  ];
  return sections.join('\n');
}

function introduction(explanation: Explanation, { heading, paint, columns }: Emphasis): string {
  const { evidence, surface, byDefault, architectures } = explanation;
  const { risky, beyondDefault } = surface;
  const all = [
    heading(titleOf(explanation)),
    // A command has no image.
    ...(evidence && evidence.imageDigest !== '' ? [`${evidence.image} ${paint('faint', evidence.imageDigest)}`] : []),
    ...(evidence ? [evidence.summary] : []),
    ...(evidence?.probes ?? []),
    ...(evidence && evidence.wants.length > 0 ? [`for stable: ${evidence.wants.join(', ')}`] : []),
    headline(explanation),
    `Of the ${risky.kernel} calls of a risky class (severe or elevated) it lets ${risky.profile} through, the default ${risky.runtimeDefault}.`,
    ...(beyondDefault.length > 0 ? [`It goes beyond the default with ${beyondDefault.join(', ')}.`] : []),
    `Every other call is ${byDefault}. Architectures: ${architectures.join(', ') || 'none listed'}.`,
    ...(evidence && evidence.foreign.length > 0
      ? [`Left out, seen through kubectl exec alone: ${evidence.foreign.join(', ')}.`]
      : []),
  ];
  return lines(all.map((text) => wrap([{ text }], 0, columns, paint)));
}

function risks(explanation: Explanation, emphasis: Emphasis): string[] {
  const calls = worthALook(explanation);
  if (calls.length === 0) return [];
  const rows = calls.map(({ name, risk }) => {
    const style = risk.class === 'severe' ? 'bad' : 'notable';
    const sources = { text: `[${risk.sources.join('; ')}]`, style: 'faint' } as const;
    return row(name, [{ text: `${risk.class}:`, style }, { text: risk.why }, sources], emphasis);
  });
  return [section('worth a look', rows, emphasis)];
}

function lineOf(emphasis: Emphasis): (call: ExplainedCall) => string {
  return (call) => {
    const effect = call.effect.kind === 'allowed' ? '' : ` [${call.effect.text}]`;
    const remarks = [originWords(call), defaultWords(call)].filter(Boolean).join('; ');
    const pieces: Piece[] = [{ text: `${call.purpose}${effect}` }];
    if (remarks !== '') pieces.push({ text: `(${remarks})`, style: 'faint' });
    return row(call.name, pieces, emphasis);
  };
}

/** A name, and beside it what is said of it. */
function row(name: string, pieces: readonly Piece[], { paint, columns }: Emphasis): string {
  const [margin, gap] = [2, 1];
  return `${name.padEnd(NAMES)} ${wrap(pieces, margin + NAMES + gap, columns, paint)}`;
}

function section(title: string, rows: readonly string[], { heading }: Emphasis): string {
  return lines([heading(title), ...rows.map((row) => `  ${row}`)]);
}

function lines(all: readonly string[]): string {
  return all.map((line) => `${line}\n`).join('');
}
