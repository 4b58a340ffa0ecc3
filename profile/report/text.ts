/** An explanation as text for a terminal or a file. */
import type { ExplainedCall, Explanation } from '../explain.ts';
import { byTopic, defaultWords, headline, originWords, titleOf, worthALook } from './words.ts';

/** How parts stand out; a plain file gives them back as they are. */
export interface Emphasis {
  readonly heading: (text: string) => string;
  readonly paint: (style: 'bad' | 'notable' | 'faint', text: string) => string;
}

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

function introduction(explanation: Explanation, { heading, paint }: Emphasis): string {
  const { evidence, surface, byDefault, architectures } = explanation;
  const { risky, beyondDefault } = surface;
  return lines([
    heading(titleOf(explanation)),
    // A command has no image.
    ...(evidence && evidence.imageDigest !== '' ? [`${evidence.image} ${paint('faint', evidence.imageDigest)}`] : []),
    ...(evidence ? [evidence.summary] : []),
    ...(evidence && evidence.wants.length > 0 ? [`for stable: ${evidence.wants.join(', ')}`] : []),
    headline(explanation),
    `Of the ${risky.kernel} calls that are risky (see below) it lets ${risky.profile} through, the default ${risky.runtimeDefault}.`,
    ...(beyondDefault.length > 0 ? [`It goes beyond the default with ${beyondDefault.join(', ')}.`] : []),
    `Every other call is ${byDefault}. Architectures: ${architectures.join(', ') || 'none listed'}.`,
    ...(evidence && evidence.foreign.length > 0
      ? [`Left out, seen through kubectl exec alone: ${evidence.foreign.join(', ')}.`]
      : []),
  ]);
}

function risks(explanation: Explanation, emphasis: Emphasis): string[] {
  const calls = worthALook(explanation);
  if (calls.length === 0) return [];
  const rows = calls.map(({ name, risk }) => {
    const style = risk.class === 'severe' ? 'bad' : 'notable';
    return `${name.padEnd(22)} ${emphasis.paint(style, risk.class)}: ${risk.why} ${emphasis.paint('faint', `[${risk.sources.join('; ')}]`)}`;
  });
  return [section('worth a look', rows, emphasis)];
}

function lineOf({ paint }: Emphasis): (call: ExplainedCall) => string {
  return (call) => {
    const effect = call.effect.kind === 'allowed' ? '' : ` [${call.effect.text}]`;
    const remarks = [originWords(call), defaultWords(call)].filter(Boolean).join('; ');
    return `${call.name.padEnd(22)} ${call.purpose}${effect}${remarks === '' ? '' : ` ${paint('faint', `(${remarks})`)}`}`;
  };
}

function section(title: string, rows: readonly string[], { heading }: Emphasis): string {
  return lines([heading(title), ...rows.map((row) => `  ${row}`)]);
}

function lines(all: readonly string[]): string {
  return all.map((line) => `${line}\n`).join('');
}
