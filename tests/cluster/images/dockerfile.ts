/** What the building of an image depends on, besides the Dockerfile itself. */
export interface DockerfileInputs {
  /** Paths that COPY or ADD take from the build context. */
  readonly copied: readonly string[];
  /** Images of FROM lines, without `scratch` and names of earlier stages. */
  readonly bases: readonly string[];
}

/**
 * Reads COPY, ADD and FROM lines in their shell form (docs.docker.com/reference/dockerfile).
 * @throws at forms it doesn't know, instead of missing an input
 */
export function dockerfileInputs(text: string): DockerfileInputs {
  const copied = new Set<string>();
  const bases = new Set<string>();
  const stages = new Set<string>(['scratch']);
  for (const line of logicalLines(text)) {
    const [instruction = '', ...words] = line.split(/\s+/);
    const values = words.filter((word) => !word.startsWith('--'));
    switch (instruction.toUpperCase()) {
      case 'FROM': {
        const [image = '', as, stage] = values;
        if (!stages.has(image)) bases.add(image);
        if (as?.toUpperCase() === 'AS' && stage !== undefined) stages.add(stage);
        break;
      }
      case 'COPY':
      case 'ADD': {
        if (words.some((word) => word.startsWith('--from='))) break;
        if (values[0]?.startsWith('[') === true || line.includes('$')) {
          throw new Error(`a form of ${instruction} that isn't understood: ${line}`);
        }
        for (const path of values.slice(0, -1)) copied.add(path);
        break;
      }
      default:
    }
  }
  return { copied: [...copied], bases: [...bases] };
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
