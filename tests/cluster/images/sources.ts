import { join } from 'node:path';

/** An image and where its Dockerfile is. */
export interface ImageSource {
  readonly name: string;
  readonly dockerfile: string;
  readonly context: string;
  /** Stage of the Dockerfile; the last one unless it is named. */
  readonly target?: string;
}

const CHECKOUT = join(import.meta.dirname, '..', '..', '..');

function ofProject(component: string, dockerfile: string): ImageSource {
  return { name: `ghcr.io/flak-dev/flak-${component}`, dockerfile: join(CHECKOUT, dockerfile), context: CHECKOUT };
}

function ofTests(name: string): ImageSource {
  const context = join(import.meta.dirname, name);
  return { name: `flak.test/${name}`, dockerfile: join(context, 'Dockerfile'), context };
}

/**
 * The images that users build; their names are those in manifests/. Of the tracer it is the one without Falco, which needs
 * nothing but Debian's packages; with-falco.ts puts a Falco of this machine beside it.
 */
export const PROJECT_IMAGES: readonly ImageSource[] = [
  ofProject('gate', 'init-image/Dockerfile'),
  ofProject('webhook', 'webhook/Dockerfile'),
  { ...ofProject('tracer', 'tracer/Dockerfile'), target: 'tracer-slim' },
];

/** Targets and tools of the tests and the demo. */
export const TEST_IMAGES: readonly ImageSource[] = [ofTests('nginx'), ofTests('workbench')];
