import assert from 'node:assert/strict';
import { parseAllDocuments } from 'yaml';
import { ok, usage } from '../../../cli/ending.ts';
import { GATE } from '../../../webhook/names.ts';
import { FakeCluster, runAgainst } from './fakes.ts';

const POD = 'apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec: {containers: [{name: c, image: i}]}\n';
const DEPLOYMENT =
  'apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web, namespace: shop}\n' +
  'spec: {template: {metadata: {labels: {app: web}}, spec: {containers: [{name: c, image: i}]}}}\n';
const CRON_JOB =
  'apiVersion: batch/v1\nkind: CronJob\n' +
  'spec: {jobTemplate: {spec: {template: {spec: {restartPolicy: Never, containers: [{name: c, image: i}]}}}}}\n';
const SERVICE = 'apiVersion: v1\nkind: Service\nmetadata: {name: s}\nspec: {ports: []}\n';

interface PodShape {
  readonly kind: string;
  readonly metadata: { readonly generateName?: string; readonly namespace?: string };
  readonly spec: { readonly initContainers?: readonly { readonly name: string; readonly image: string }[] };
}

async function injectText(text: string, line = '') {
  return runAgainst(new FakeCluster({}), `inject -f - ${line}`, { readText: () => Promise.resolve(ok(text)) });
}

describe('flak inject', () => {
  it('shows every pod of a file, and those that its workloads would create, with a gate', async () => {
    const { code, out } = await injectText([POD, SERVICE, DEPLOYMENT, CRON_JOB].join('---\n'));
    const pods = parseAllDocuments(out).map((document) => document.toJS() as PodShape);
    assert.equal(code, 0);
    assert.deepEqual(
      pods.map(({ kind, metadata, spec }) => [
        kind,
        metadata.generateName,
        metadata.namespace,
        spec.initContainers?.[0]?.name,
      ]),
      [
        ['Pod', undefined, undefined, GATE.container],
        ['Pod', 'web-', 'shop', GATE.container],
        ['Pod', 'unnamed-', 'default', GATE.container],
      ],
    );
  });

  it('prints JSON: one pod as it is, several as a List', async () => {
    assert.equal((JSON.parse((await injectText(POD, '-o json')).out) as PodShape).kind, 'Pod');
    const list = JSON.parse((await injectText(`${POD}---\n${POD}`, '-o json')).out) as {
      kind: string;
      items: unknown[];
    };
    assert.deepEqual([list.kind, list.items.length], ['List', 2]);
  });

  it('uses the settings it is given', async () => {
    const { out } = await injectText(POD, '--gate-image r/g:1 --gate-timeout 7 --medium annotation -o json');
    assert.match(out, /"image": "r\/g:1"/);
    assert.match(out, /--timeout=7/);
    assert.doesNotMatch(out, /hostPath/);
  });

  it('ends with code 1 and the reason for a pod that would not be traced', async () => {
    const { code, out, notes } = await injectText(POD, '--namespace-label a=b --namespace-label flak.dev/trace=false');
    assert.equal(code, 1);
    assert.match(
      notes,
      /^Pod p would not be traced: .+\nflak: 1 of 1 would not be traced; the reasons stand above\.\n$/,
    );
    assert.doesNotMatch(out, /flak-gate/);
  });

  it('ends with code 2 for what is no manifest of a pod', async () => {
    for (const [text, words] of [
      ['', /has no Pod/],
      [SERVICE, /has no Pod/],
      ['a: [', /is neither YAML nor JSON/],
      [
        'kind: Pod\nspec: 5\n',
        /^flak: Pod without a name of the input is malformed \(.+ at spec.*\); `kubectl explain pod` says .+\.\n$/,
      ],
      ['- 1\n', /has no Pod/],
    ] as const) {
      const { code, notes } = await injectText(text);
      assert.equal(code, 2, text);
      assert.match(notes, words);
    }
  });

  it('ends as the reading of the file does', async () => {
    const readText = () => Promise.resolve(usage('x is missing.'));
    assert.equal((await runAgainst(new FakeCluster({}), 'inject -f x', { readText })).code, 2);
  });
});
