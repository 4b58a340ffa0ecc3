/** Where a kubelet keeps its state, by what is mounted. */
import assert from 'node:assert/strict';
import { kubeletRootIn } from '../../../../tracer/place/kubelet-root.ts';

const POD = '0a1b2c3d-0a1b-2c3d-4e5f-0a1b2c3d4e5f';
const OWN = [
  '700 600 0:50 / / rw,relatime - overlay overlay rw',
  '701 700 0:77 / /etc/flak/identity ro,relatime - tmpfs tmpfs rw,size=512k',
  '702 700 8:1 /var/lib/kubelet/pods/x/volumes/kubernetes.io~configmap/endpoint /etc/flak/endpoint ro - ext4 /dev/sda1 rw',
].join('\n');

function host(root: string): string {
  return [
    '20 1 8:1 / / rw shared:1 - ext4 /dev/sda1 rw',
    `90 20 0:76 / ${root}/pods/${POD}/volumes/kubernetes.io~projected/other rw - tmpfs tmpfs rw`,
    `91 20 0:77 / ${root}/pods/${POD}/volumes/kubernetes.io~projected/identity rw - tmpfs tmpfs rw`,
  ].join('\n');
}

describe("the kubelet's root", () => {
  it('is above the token that the kubelet mounted for the tracer, wherever that is', () => {
    for (const root of ['/var/lib/kubelet', '/var/snap/microk8s/common/var/lib/kubelet', '/data/with blank'])
      assert.equal(kubeletRootIn(OWN, host(root.replaceAll(' ', '\\040')), '/etc/flak/identity'), root);
  });

  it('is not made up where the mounts do not tell', () => {
    assert.equal(kubeletRootIn(OWN, host('/var/lib/kubelet'), '/elsewhere'), undefined);
    assert.equal(kubeletRootIn(OWN, host('/var/lib/kubelet').replace('0:77', '0:78'), '/etc/flak/identity'), undefined);
    assert.equal(kubeletRootIn(OWN, host('').replaceAll('projected', 'secret'), '/etc/flak/identity'), undefined);
    assert.equal(kubeletRootIn('', '', '/etc/flak/identity'), undefined);
  });
});
