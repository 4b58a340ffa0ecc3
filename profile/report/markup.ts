/** HTML out of text: whatever comes from a profile is text, never markup. */

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

export interface Markup {
  readonly html: string;
}

/** A template whose values are escaped unless they are markup themselves; lists are put together. */
export function markup(strings: TemplateStringsArray, ...values: readonly (Content | readonly Content[])[]): Markup {
  const parts = strings.map((text, index) => text + [values[index] ?? ''].flat().map(render).join(''));
  return { html: parts.join('') };
}

type Content = string | number | Markup;

function render(value: Content): string {
  return typeof value === 'object' ? value.html : escape(String(value));
}

function escape(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? character);
}
