import { join } from 'node:path';

/** An image and where its Dockerfile is. */
export interface ImageSource {
  readonly name: string;
  readonly dockerfile: string;
  readonly context: string;
}

const CHECKOUT = join(import.meta.dirname, '..', '..', '..');

function ofProject(component: string, dockerfile: string): ImageSource {
  return { name: `ghcr.io/flak-dev/flak-${component}`, dockerfile: join(CHECKOUT, dockerfile), context: CHECKOUT };
}

function ofTests(name: string): ImageSource {
  const context = join(import.meta.dirname, name);
  return { name: `flak.test/${name}`, dockerfile: join(context, 'Dockerfile'), context };
}

/** The images that users build; their names are those in manifests/. */
export const PROJECT_IMAGES: readonly ImageSource[] = [
  ofProject('gate', 'init-image/Dockerfile'),
  ofProject('webhook', 'webhook/Dockerfile'),
  ofProject('tracer', 'tracer/Dockerfile'),
];

/** Targets and tools of the tests and the demo. */
export const TEST_IMAGES: readonly ImageSource[] = [ofTests('nginx'), ofTests('workbench')];
