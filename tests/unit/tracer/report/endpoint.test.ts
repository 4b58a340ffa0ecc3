import assert from 'node:assert/strict';
import { join } from 'node:path';
import { readEndpoint } from '../../../../tracer/report/endpoint.ts';
import { TemporaryTree } from '../../../temporary-tree.ts';

const PEM = '-----BEGIN CERTIFICATE-----\nMII=\n-----END CERTIFICATE-----\n';

function endpoint(tree: TemporaryTree, files: Readonly<Record<string, string>>) {
  for (const [name, text] of Object.entries(files)) tree.file(name, text);
  return () => readEndpoint({ endpointDir: tree.root, tokenFile: join(tree.root, 'token') });
}

const complete = { 'ca.crt': PEM, address: '198.51.100.7\n', port: '443\n', token: 'secret\n' };

describe('the endpoint that the kubelet mounts', () => {
  it('is read as it is at that moment', () => {
    using tree = new TemporaryTree();
    const read = endpoint(tree, complete);
    assert.deepEqual(read(), { address: '198.51.100.7', port: 443, ca: PEM.trim(), token: 'secret' });
    tree.file('address', '2001:db8::7');
    tree.file('token', 'replaced');
    assert.deepEqual([read().address, read().token], ['2001:db8::7', 'replaced']);
  });

  for (const [what, files] of [
    ['without a CA', { ...complete, 'ca.crt': '' }],
    ['with a name for an address', { ...complete, address: 'flak.flak-system.svc' }],
    ['with a port that is none', { ...complete, port: '0' }],
    ['without a token', { ...complete, token: '' }],
    ['that is not there', {}],
  ] as const) {
    it(`is an error ${what}: the request is made again later`, () => {
      using tree = new TemporaryTree();
      assert.throws(endpoint(tree, files));
    });
  }
});
