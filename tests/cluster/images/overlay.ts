import { stringify } from 'yaml';

/** An image of the manifests and where it really is; the new reference has a tag or a digest. */
export interface PlacedImage {
  readonly name: string;
  /** `NAME:TAG` or `NAME@DIGEST`. */
  readonly reference: string;
}

/**
 * A kustomization that installs Flak with images from elsewhere.
 * @param manifests path from the kustomization's directory to manifests/
 */
export function imagesOverlay(manifests: string, images: readonly PlacedImage[]): string {
  return stringify({
    apiVersion: 'kustomize.config.k8s.io/v1beta1',
    kind: 'Kustomization',
    resources: [`${manifests}/base`],
    images: images.map(({ name, reference }) => ({ name, ...parts(reference) })),
    transformers: [`${manifests}/image-references`],
  });
}

function parts(reference: string): { newName: string; newTag?: string; digest?: string } {
  const [named = '', digest] = reference.split('@');
  if (digest !== undefined) return { newName: named, digest };
  const colon = named.lastIndexOf(':'); // a registry's port comes before the last slash
  if (colon <= named.lastIndexOf('/')) throw new Error(`${reference} has neither tag nor digest`);
  return { newName: named.slice(0, colon), newTag: named.slice(colon + 1) };
}
