import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { contentHash } from '../../cluster/images/content-hash.ts';
import { dockerfileInputs } from '../../cluster/images/dockerfile.ts';
import { PROJECT_IMAGES, TEST_IMAGES } from '../../cluster/images/sources.ts';

describe("a Dockerfile's inputs", () => {
  it('are what it copies from the context and the images it begins with', () => {
    const text = `# COPY not this
FROM docker.io/library/debian:bookworm-slim AS build
COPY --chown=1:1 a b/c \\
  # a comment within
  d /src/
ADD e.tar /
FROM build AS second
FROM scratch
copy --from=build /gate /gate
`;
    assert.deepEqual(dockerfileInputs(text), {
      copied: ['a', 'b/c', 'd', 'e.tar'],
      bases: ['docker.io/library/debian:bookworm-slim'],
    });
  });

  const TWO_IMAGES = `ARG VERSION=1.2
FROM docker.io/library/debian:bookworm-slim AS slim
COPY a /
FROM docker.io/falcosecurity/falco:\${VERSION} AS falco
FROM slim AS full
COPY b /
COPY --from=falco /falco /falco
COPY --from=docker.io/library/busybox:1 /busybox /busybox
`;

  it('are those of the stage that is asked for, and of what it is built on', () => {
    assert.deepEqual(dockerfileInputs(TWO_IMAGES, 'slim'), {
      copied: ['a'],
      bases: ['docker.io/library/debian:bookworm-slim'],
    });
    assert.throws(() => dockerfileInputs(TWO_IMAGES, 'fat'), /no stage is called fat/);
  });

  it('are those of the last stage where none is asked for, with the versions that it names', () => {
    const { copied, bases } = dockerfileInputs(TWO_IMAGES);
    assert.deepEqual(new Set(copied), new Set(['a', 'b']));
    assert.deepEqual(
      new Set(bases),
      new Set([
        'docker.io/library/debian:bookworm-slim',
        'docker.io/falcosecurity/falco:1.2',
        'docker.io/library/busybox:1',
      ]),
    );
  });

  for (const line of ['COPY ["a", "/b"]', 'COPY $SOURCES /src']) {
    it(`are not guessed from \`${line}\``, () => {
      assert.throws(() => dockerfileInputs(`FROM scratch\n${line}\n`), /isn't understood/);
    });
  }

  for (const { name, dockerfile, target } of [...PROJECT_IMAGES, ...TEST_IMAGES]) {
    it(`can be told for ${name}`, () => {
      assert.ok(dockerfileInputs(readFileSync(dockerfile, 'utf8'), target).bases.length > 0);
    });
  }

  it('of the tracer that the tests build need no Falco, and of the other one a certain version', () => {
    const { target, dockerfile } = PROJECT_IMAGES.find(({ name }) => name.endsWith('tracer')) ?? assert.fail();
    const text = readFileSync(dockerfile, 'utf8');
    const isFalco = (base: string): boolean => base.includes('falco');
    assert.ok(!dockerfileInputs(text, target).bases.some(isFalco));
    assert.match(dockerfileInputs(text).bases.find(isFalco) ?? '', /:0\.44\.\d+$/);
  });
});

describe('the tag of an image', () => {
  let root = '';
  const tag = (extra: string[] = []): string => contentHash(root, ['src', 'one'], extra);

  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'flak-hash-'));
    mkdirSync(join(root, 'src', 'deep'), { recursive: true });
    writeFileSync(join(root, 'src', 'deep', 'a.ts'), 'a');
    writeFileSync(join(root, 'one'), '1');
    writeFileSync(join(root, 'other'), 'not copied');
    writeFileSync(join(root, '.dockerignore'), '# built\n**/*.o\n');
  });
  afterEach(() => {
    rmSync(root, { recursive: true });
  });

  it('stays while nothing that counts changes', () => {
    const before = tag();
    writeFileSync(join(root, 'other'), 'changed');
    writeFileSync(join(root, 'src', 'deep', 'a.o'), 'built');
    assert.equal(tag(), before);
    assert.match(before, /^[0-9a-f]{12}$/);
  });

  const changes: [string, () => void][] = [
    [
      'content',
      () => {
        writeFileSync(join(root, 'src', 'deep', 'a.ts'), 'b');
      },
    ],
    [
      'an execute bit',
      () => {
        chmodSync(join(root, 'one'), 0o755);
      },
    ],
    [
      'a new file',
      () => {
        writeFileSync(join(root, 'src', 'b.ts'), '');
      },
    ],
  ];
  for (const [title, change] of changes) {
    it(`changes with ${title}`, () => {
      const before = tag();
      change();
      assert.notEqual(tag(), before);
    });
  }

  it('changes with what the image is built on', () => {
    assert.notEqual(tag(['stand-in 1']), tag(['stand-in 2']));
  });
});
