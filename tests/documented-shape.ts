/** Shapes of JSON as docs/cli.md writes them (`{traces: [{namespace, name}]}`), and whether a value is of one. */

export type Shape =
  /** The page says nothing of what is in it. */
  | { readonly kind: 'any' }
  | { readonly kind: 'null' }
  | { readonly kind: 'text' }
  | { readonly kind: 'list'; readonly of: Shape }
  /** `open`: the page ends the fields with `…`. */
  | { readonly kind: 'object'; readonly fields: ReadonlyMap<string, Shape>; readonly open: boolean }
  | { readonly kind: 'either'; readonly shapes: readonly Shape[] };

/** The shape behind ``- `command`: `` in a list of the page. @throws where there is none */
export function documentedShape(page: string, command: string): Shape {
  const start = page.indexOf(`- \`${command}\`: \``);
  const [, text] = /^- `[^`]+`: `([^`]+)`/.exec(start < 0 ? '' : page.slice(start)) ?? [];
  if (text === undefined) throw new Error(`the page gives no shape of ${command}`);
  return parseShape(text);
}

export function parseShape(text: string): Shape {
  const tokens = text.match(/[{}[\],:|…]|"[^"]*"|\w+/g) ?? [];
  const shape = either(tokens);
  if (tokens.length > 0) throw new Error(`${tokens.join(' ')} is left over of ${text}`);
  return shape;
}

function either(tokens: string[]): Shape {
  const shapes = [single(tokens)];
  while (tokens[0] === '|') {
    tokens.shift();
    shapes.push(single(tokens));
  }
  const [first, ...others] = shapes;
  return first && others.length === 0 ? first : { kind: 'either', shapes };
}

function single(tokens: string[]): Shape {
  const token = tokens.shift();
  if (token === '{') return fieldsOf(tokens);
  if (token === '[') {
    const of = either(tokens);
    tokens.shift();
    return { kind: 'list', of };
  }
  if (token === 'null') return { kind: 'null' };
  return { kind: token?.startsWith('"') === true ? 'text' : 'any' };
}

function fieldsOf(tokens: string[]): Shape {
  const fields = new Map<string, Shape>();
  let open = false;
  while (tokens[0] !== '}' && tokens.length > 0) {
    const name = tokens.shift() ?? '';
    if (name === '…') open = true;
    else if (tokens[0] === ':') {
      tokens.shift();
      fields.set(name, either(tokens));
    } else fields.set(name, { kind: 'any' });
    if (tokens[0] === ',') tokens.shift();
  }
  tokens.shift();
  return { kind: 'object', fields, open };
}

/**
 * What of the value isn't as documented, each with its place; empty where all is.
 * @param optional whether fields may be left out ("what isn't known yet is left out")
 */
export function departures(value: unknown, shape: Shape, optional = false, place = '$'): string[] {
  switch (shape.kind) {
    case 'any':
      return [];
    case 'null':
      return value === null ? [] : [`${place} is not null`];
    case 'text':
      return typeof value === 'string' ? [] : [`${place} is no text`];
    case 'list':
      return Array.isArray(value)
        ? value.flatMap((item, index) => departures(item, shape.of, optional, `${place}[${index}]`))
        : [`${place} is no list`];
    case 'object':
      return inObject(value, shape, optional, place);
    case 'either': {
      const all = shape.shapes.map((each) => departures(value, each, optional, place));
      return all.reduce((fewest, each) => (each.length < fewest.length ? each : fewest));
    }
  }
}

function inObject(
  value: unknown,
  { fields, open }: Extract<Shape, { kind: 'object' }>,
  optional: boolean,
  place: string,
): string[] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return [`${place} is no object`];
  const given = new Map(Object.entries(value));
  return [
    ...[...given.keys()].filter((name) => !fields.has(name) && !open).map((name) => `${place}.${name} is undocumented`),
    ...[...fields].flatMap(([name, shape]) => {
      if (given.has(name)) return departures(given.get(name), shape, optional, `${place}.${name}`);
      return optional ? [] : [`${place}.${name} is missing`];
    }),
  ];
}
