import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { fit, toArtifact } from '../../../profile/oci-artifact.ts';
import type { OciProfile, OciRule } from '../../../profile/oci-profile.ts';
import { ociProfileSchema } from '../../../profile/oci-profile.ts';
import { webProfile } from './web-profile.ts';

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
const TYPE = 'application/vnd.cncf.seccomp-profile.config.v1+json';

interface Descriptor {
  readonly mediaType: string;
  readonly digest: string;
  readonly size: number;
  readonly artifactType?: string;
}

function rules(name: string, count: number): OciRule[] {
  return Array.from({ length: count }, (_, value) => ({
    names: [name],
    action: 'SCMP_ACT_ALLOW',
    errno: null,
    args: [{ index: 1, op: 'SCMP_CMP_EQ', value, valueTwo: 0 }],
    where: '',
  }));
}

function profile(...all: OciRule[][]): OciProfile {
  return { defaultAction: 'SCMP_ACT_ERRNO', defaultErrno: 1, architectures: ['SCMP_ARCH_X86_64'], rules: all.flat() };
}

describe('the OCI artifact', () => {
  const seccomp = ociProfileSchema.parse(webProfile(2).seccomp);
  const { files, digest, folded } = toArtifact(seccomp, 'latest', sha256);
  const content = (path: string): string => {
    const found = files.find((file) => file.path === path);
    assert.ok(found, path);
    return found.content;
  };
  const blob = (of: Descriptor): string => {
    const text = content(`blobs/sha256/${of.digest.replace('sha256:', '')}`);
    assert.equal(of.digest, `sha256:${sha256(text)}`);
    assert.equal(of.size, Buffer.byteLength(text));
    return text;
  };

  it('is an image layout whose descriptors lead to blobs of their digest and size', () => {
    assert.deepEqual(JSON.parse(content('oci-layout')), { imageLayoutVersion: '1.0.0' });
    const { manifests } = JSON.parse(content('index.json')) as { manifests: [Descriptor] };
    assert.equal(manifests.length, 1);
    assert.equal(manifests[0].digest, digest);
    assert.equal(manifests[0].artifactType, TYPE);
    const manifest = JSON.parse(blob(manifests[0])) as {
      artifactType: string;
      config: Descriptor;
      layers: [Descriptor];
    };
    assert.deepEqual([manifest.artifactType, manifest.config.mediaType, manifest.layers.length], [TYPE, TYPE, 1]);
    assert.equal(blob(manifest.config), '{}');
    const layer: unknown = JSON.parse(blob(manifest.layers[0]));
    // The layer is the profile itself, no archive, and does the same as the file.
    assert.deepEqual(ociProfileSchema.parse(layer).rules[0]?.names, seccomp.rules[0]?.names);
    assert.deepEqual(folded, []);
  });

  it('folds a call with more rules than readers take, and names it', () => {
    const kept = fit(profile(rules('ioctl', 128), rules('socket', 3)), { bytes: 1e6, entriesOfOneCall: 128 });
    assert.deepEqual(kept.folded, []);
    const { content: text, folded: names } = fit(profile(rules('ioctl', 129), rules('socket', 3)), {
      bytes: 1e6,
      entriesOfOneCall: 128,
    });
    assert.deepEqual(names, ['ioctl']);
    const { syscalls } = JSON.parse(text) as { syscalls: { names: string[]; args?: unknown }[] };
    assert.deepEqual(
      syscalls.filter(({ args }) => args === undefined).map((rule) => rule.names),
      [['ioctl']],
    );
    assert.equal(syscalls.length, 4);
  });

  it('folds until the size fits, the widest first, and gives up when nothing is left to fold', () => {
    const wide = profile(rules('ioctl', 20), rules('prctl', 10), rules('socket', 2));
    assert.deepEqual(fit(wide, { bytes: 1500, entriesOfOneCall: 128 }).folded, ['ioctl']);
    assert.deepEqual(fit(wide, { bytes: 1, entriesOfOneCall: 128 }).folded, ['ioctl', 'prctl', 'socket']);
  });
});
