/** What the `trace` commands begin with: whom they mean, and where. */
import type { Connect, Connection, PlaceOptions } from '../connection.ts';
import { connectTo } from '../connection.ts';
import type { Result } from '../ending.ts';
import { ok } from '../ending.ts';
import type { TargetSelector } from './selector.ts';
import { parseSelector } from './selector.ts';

export interface TargetPlace extends Connection {
  readonly selector: TargetSelector;
}

export function placeOf(text: string, options: PlaceOptions, connect: Connect): Result<TargetPlace> {
  const selector = parseSelector(text);
  if (selector.kind !== 'ok') return selector;
  const connection = connectTo(options, connect);
  return connection.kind === 'ok' ? ok({ ...connection.value, selector: selector.value }) : connection;
}
