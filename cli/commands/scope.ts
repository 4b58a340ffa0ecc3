/** `-n`, `-A` and `-o` of the commands that list. */
import type { ConnectionOptions } from '../connection.ts';

export interface ListOptions extends ConnectionOptions {
  readonly namespace?: string;
  readonly allNamespaces?: boolean;
  readonly output?: 'json';
}

/** null stands for all namespaces. */
export function scopeOf(options: ListOptions, contextNamespace: string): string | null {
  return options.allNamespaces === true ? null : (options.namespace ?? contextNamespace);
}
