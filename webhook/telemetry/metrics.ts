import { collectDefaultMetrics, Registry } from 'prom-client';

/** A registry of our own: two control planes in one test never share a counter. Holds Node's own figures to begin with. */
export function createRegistry(): Registry {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  return registry;
}
