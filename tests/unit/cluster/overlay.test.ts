import assert from 'node:assert/strict';
import { parse } from 'yaml';
import { imagesOverlay } from '../../cluster/images/overlay.ts';

const NAME = 'ghcr.io/flak-dev/flak-gate';

function imageOf(reference: string): unknown {
  const { images } = parse(imagesOverlay('../..', [{ name: NAME, reference }])) as { images: unknown[] };
  return images[0];
}

describe('the overlay for images from elsewhere', () => {
  it('builds on the base and hands the references on', () => {
    const overlay = parse(imagesOverlay('../..', [])) as Record<string, unknown>;
    assert.deepEqual(overlay['resources'], ['../../base']);
    assert.deepEqual(overlay['transformers'], ['../../image-references']);
  });

  it('names pushed images by digest, also with a port in the host', () => {
    assert.deepEqual(imageOf('127.0.0.1:5000/team/flak-gate@sha256:00ff'), {
      name: NAME,
      newName: '127.0.0.1:5000/team/flak-gate',
      digest: 'sha256:00ff',
    });
  });

  it('names loaded images by tag', () => {
    assert.deepEqual(imageOf(`${NAME}:abc`), { name: NAME, newName: NAME, newTag: 'abc' });
  });

  it('refuses a reference that says nothing about the version', () => {
    assert.throws(() => imageOf('127.0.0.1:5000/flak-gate'), /neither tag nor digest/);
  });
});
