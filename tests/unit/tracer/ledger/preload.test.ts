import assert from 'node:assert/strict';
import type { Bpf } from '../../../../tracer/ledger/libbpf.ts';
import type { LoadedObject } from '../../../../tracer/ledger/libbpf-object.ts';
import { preloadWith } from '../../../../tracer/ledger/preload.ts';

/** One that counts how often it is closed. */
class FakeObject implements Pick<LoadedObject, 'close'> {
  closed = 0;
  close(): void {
    this.closed++;
  }
}

function loading(object: Promise<FakeObject>): Bpf {
  const bpf: Pick<Bpf, 'hasTaskStorage' | 'loadAside'> = {
    hasTaskStorage: () => false,
    loadAside: (file) => {
      assert.equal(file, '/ledger-5.10.bpf.o', 'the object for a kernel without task storage');
      return object as Promise<unknown> as Promise<LoadedObject>;
    },
  };
  return bpf as Bpf;
}

describe('an object that is loaded before anyone asks for it', () => {
  it('is for who asks first, and theirs to close', async () => {
    const object = new FakeObject();
    const preload = preloadWith(loading(Promise.resolve(object)), '/ledger.bpf.o');
    assert.equal(await preload.take(), object);
    assert.equal(await preload.take(), null);
    preload.drop();
    await new Promise(setImmediate);
    assert.equal(object.closed, 0);
  });

  it('is closed where nobody has asked', async () => {
    const object = new FakeObject();
    preloadWith(loading(Promise.resolve(object)), '/ledger.bpf.o').drop();
    await new Promise(setImmediate);
    assert.equal(object.closed, 1);
  });

  it('tells who asks what kept it from being loaded, and nobody else', async () => {
    const preload = preloadWith(loading(Promise.reject(new Error('too old'))), '/ledger.bpf.o');
    await new Promise(setImmediate);
    await assert.rejects(preload.take(), /too old/);
    preloadWith(loading(Promise.reject(new Error('too old'))), '/ledger.bpf.o').drop();
    await new Promise(setImmediate);
  });
});
