/**
 * The profile as an OCI artifact that container runtimes pull (Kubernetes enhancement 6061): an image layout whose one
 * layer is the profile as it is, no archive. Its media type stands on the config and as `artifactType`.
 *
 * Readers refuse more than 1 MiB, and more than 128 entries for one call (sigs.k8s.io/security-profiles-merger v0.4.1,
 * `ValidateArtifact`, by way of security-profiles-operator pull requests 3421 and 3432). Where a profile has more, a
 * call's argument rules are folded into one rule without arguments, and said: the artifact then allows more of it.
 */
import type { OciProfile, OciRule } from './oci-profile.ts';
import { toFileProfile } from './write-oci.ts';

const MEDIA_TYPE = 'application/vnd.cncf.seccomp-profile.config.v1+json';
const MANIFEST = 'application/vnd.oci.image.manifest.v1+json';
export const ARTIFACT_BOUNDS = { bytes: 1024 * 1024, entriesOfOneCall: 128 } as const;

export interface LayoutFile {
  /** Below the layout's folder. */
  readonly path: string;
  readonly content: string;
}

export interface Artifact {
  readonly files: readonly LayoutFile[];
  /** What a pod refers to the profile by, once it is pushed. */
  readonly digest: string;
  /** Calls whose argument rules did not fit: they are allowed whatever their arguments. */
  readonly folded: readonly string[];
}

/** @param sha256 hex digest of a text's UTF-8 bytes. @param tag by which tools find the artifact in the layout */
export function toArtifact(seccomp: OciProfile, tag: string, sha256: (text: string) => string): Artifact {
  const { content, folded } = fit(seccomp, ARTIFACT_BOUNDS);
  const blob = (text: string, mediaType: string) => ({
    descriptor: { mediaType, digest: `sha256:${sha256(text)}`, size: utf8Length(text) },
    file: { path: `blobs/sha256/${sha256(text)}`, content: text },
  });
  const config = blob('{}', MEDIA_TYPE);
  const layer = blob(content, 'application/json');
  const title = { 'org.opencontainers.image.title': 'profile.json' };
  const manifest = blob(
    JSON.stringify({
      schemaVersion: 2,
      mediaType: MANIFEST,
      artifactType: MEDIA_TYPE,
      config: config.descriptor,
      layers: [{ ...layer.descriptor, annotations: title }],
    }),
    MANIFEST,
  );
  const entry = {
    ...manifest.descriptor,
    artifactType: MEDIA_TYPE,
    annotations: { 'org.opencontainers.image.ref.name': tag },
  };
  const index = { schemaVersion: 2, mediaType: 'application/vnd.oci.image.index.v1+json', manifests: [entry] };
  return {
    files: [
      { path: 'oci-layout', content: '{"imageLayoutVersion":"1.0.0"}' },
      { path: 'index.json', content: JSON.stringify(index) },
      config.file,
      layer.file,
      manifest.file,
    ],
    digest: manifest.descriptor.digest,
    folded,
  };
}

/** Folds the call with the most rules until both bounds are kept. */
export function fit(
  seccomp: OciProfile,
  bounds: { readonly bytes: number; readonly entriesOfOneCall: number },
): { readonly content: string; readonly folded: readonly string[] } {
  const folded: string[] = [];
  let profile = seccomp;
  for (;;) {
    const content = `${JSON.stringify(toFileProfile(profile))}\n`;
    const [widest] = entriesByCall(profile.rules);
    const fits = utf8Length(content) <= bounds.bytes && (widest?.entries ?? 0) <= bounds.entriesOfOneCall;
    if (fits || widest === undefined) return { content, folded: folded.sort() };
    folded.push(widest.name);
    profile = { ...profile, rules: foldCall(profile.rules, widest.name) };
  }
}

/** Calls with argument rules that allow, those with the most first. */
function entriesByCall(rules: readonly OciRule[]): { readonly name: string; readonly entries: number }[] {
  const counts = new Map<string, number>();
  for (const { names, args, action } of rules)
    if (args.length > 0 && action === 'SCMP_ACT_ALLOW')
      for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return [...counts]
    .map(([name, entries]) => ({ name, entries }))
    .sort((a, b) => b.entries - a.entries || (a.name < b.name ? -1 : 1));
}

function foldCall(rules: readonly OciRule[], name: string): OciRule[] {
  const others = rules.map((rule) => ({ ...rule, names: rule.names.filter((each) => each !== name) }));
  const bare: OciRule = { names: [name], action: 'SCMP_ACT_ALLOW', errno: null, args: [], where: '' };
  return [...others.filter(({ names }) => names.length > 0), bare];
}

function utf8Length(text: string): number {
  return new TextEncoder().encode(text).length;
}
