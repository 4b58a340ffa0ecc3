/** What the building of an image depends on, besides the Dockerfile itself. */
export interface DockerfileInputs {
  /** Paths that COPY or ADD take from the build context. */
  readonly copied: readonly string[];
  /** Images of FROM lines, without `scratch` and names of earlier stages. */
  readonly bases: readonly string[];
}

interface Stage {
  readonly name: string | undefined;
  readonly base: string;
  readonly copied: string[];
  /** Stages or images that it copies from. */
  readonly from: string[];
}

/**
 * Reads COPY, ADD, FROM and ARG lines in their shell form (docs.docker.com/reference/dockerfile).
 * @param target the stage that is built; the last one unless it is named. What only other stages take is left out
 * @throws at forms it doesn't know, instead of missing an input
 */
export function dockerfileInputs(text: string, target?: string): DockerfileInputs {
  const stages = stagesOf(text);
  const wanted = target === undefined ? stages.at(-1) : stages.find(({ name }) => name === target);
  if (wanted === undefined) throw new Error(`no stage is called ${String(target)}`);
  const copied = new Set<string>();
  const bases = new Set<string>();
  const look = (stage: Stage): void => {
    for (const path of stage.copied) copied.add(path);
    for (const source of [stage.base, ...stage.from]) {
      const earlier = stages.find(({ name }) => name === source);
      if (earlier !== undefined) look(earlier);
      else if (source !== 'scratch') bases.add(source);
    }
  };
  look(wanted);
  return { copied: [...copied], bases: [...bases] };
}

function stagesOf(text: string): Stage[] {
  const stages: Stage[] = [];
  const variables = new Map<string, string>();
  for (const line of logicalLines(text)) {
    const [instruction = '', ...words] = line.split(/\s+/);
    const values = words.filter((word) => !word.startsWith('--'));
    switch (instruction.toUpperCase()) {
      case 'ARG': {
        const [name = '', preset = ''] = (values[0] ?? '').split('=', 2);
        variables.set(name, preset);
        break;
      }
      case 'FROM': {
        const [image = '', as, name] = values;
        stages.push({
          name: as?.toUpperCase() === 'AS' ? name : undefined,
          base: image.replace(/\$\{(\w+)\}/g, (_, variable: string) => variables.get(variable) ?? ''),
          copied: [],
          from: [],
        });
        break;
      }
      case 'COPY':
      case 'ADD':
        addCopied(stages.at(-1), line, words, values);
        break;
      default:
    }
  }
  return stages;
}

function addCopied(stage: Stage | undefined, line: string, words: readonly string[], values: readonly string[]): void {
  const from = words.find((word) => word.startsWith('--from='))?.slice('--from='.length);
  if (from !== undefined) {
    stage?.from.push(from);
    return;
  }
  if (values[0]?.startsWith('[') === true || line.includes('$')) {
    throw new Error(`a form of ${line.split(' ', 1).join()} that isn't understood: ${line}`);
  }
  stage?.copied.push(...values.slice(0, -1));
}

/** Lines without comments, continued ones joined. */
function logicalLines(text: string): string[] {
  const withoutComments = text
    .split('\n')
    .filter((line) => !/^\s*#/.test(line))
    .join('\n');
  return withoutComments
    .replaceAll(/\\\n/g, ' ')
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
}
