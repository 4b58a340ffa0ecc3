import { deepEqual } from 'node:assert/strict';
import { readCommands } from '../../../../webhook/kube/read-commands.ts';

const exec = (...command: string[]) => ({ exec: { command } });

/** Cases of TestMapReference and TestMapping, k8s.io/kubernetes/third_party/forked/golang/expansion/expand_test.go. */
const EXPANSIONS: readonly [string, string][] = [
  ['$(VAR_A)', 'A'],
  ['___$(VAR_B)___', '___B___'],
  ['$(VAR_A)-$(VAR_B)-$(VAR_A)', 'A-B-A'],
  ['$(VAR_A)$(VAR_B)$(VAR_B)', 'ABB'],
  ['f000-$$VAR_A', 'f000-$VAR_A'],
  ['foo\\$(VAR_C)bar', 'foo\\Cbar'],
  ['foo\\\\$(VAR_C)bar', 'foo\\\\Cbar'],
  ['$$$(VAR_A)', '$A'],
  ['$$(VAR_A)', '$(VAR_A)'],
  ['$$$$(VAR_A)', '$$(VAR_A)'],
  ['$$$$$(VAR_A)', '$$A'],
  ['$(VAR_REF)', '$(VAR_A)'],
  ['%%$(VAR_REF)--$(VAR_REF)%%', '%%$(VAR_A)--$(VAR_A)%%'],
  ['foo$(VAR_EMPTY)bar', 'foobar'],
  ['foo$(VAR_Awhoops!', 'foo$(VAR_Awhoops!'],
  ['f00__(VAR_A)__', 'f00__(VAR_A)__'],
  ['$?_boo_$!', '$?_boo_$!'],
  ['$VAR_A', '$VAR_A'],
  ['$(VAR_DNE)', '$(VAR_DNE)'],
  ['$$$$$$(BIG_MONEY)', '$$$(BIG_MONEY)'],
  ['$$$$$$$(VAR_A)', '$$$A'],
  ['$VAR_A)', '$VAR_A)'],
  ['${VAR_A}', '${VAR_A}'],
  ['$(VAR_B)_______$(A', 'B_______$(A'],
  ['$(VAR_C)_______$(', 'C_______$('],
  ['$(VAR_A)foobarzab$', 'Afoobarzab$'],
  ['foo-\\\\$(VAR_A', 'foo-\\\\$(VAR_A'],
  ['--$($($($($--', '--$($($($($--'],
  ['$($($($($--foo$(', '$($($($($--foo$('],
  ['foo0--$($($($(', 'foo0--$($($($('],
  ['$(foo$$var)', '$(foo$$var)'],
  ['$()', '$()'],
];

describe('the commands that the kubelet runs in a container', () => {
  const env = [
    { name: 'VAR_A', value: 'A' },
    { name: 'VAR_B', value: 'B' },
    { name: 'VAR_C', value: 'C' },
    { name: 'VAR_REF', value: '$(VAR_A)' },
    { name: 'VAR_EMPTY', value: '' },
  ];

  for (const [word, expanded] of EXPANSIONS) {
    it(`are those of probes with ${word} as ${expanded}`, () => {
      deepEqual(readCommands({ env, readinessProbe: exec('check', word) }), [['check', expanded]]);
    });
  }

  it('are those of all probes and hooks; a hook is run as it stands', () => {
    const spec = {
      env,
      startupProbe: exec('start', '$(VAR_A)'),
      livenessProbe: exec('live', '$(VAR_B)'),
      readinessProbe: exec('ready', '$(VAR_C)'),
      lifecycle: { postStart: exec('post', '$(VAR_A)', '$$'), preStop: exec('pre', '$(VAR_B)') },
    };
    const commands = readCommands(spec);
    deepEqual(commands.slice(0, 3), [
      ['start', 'A'],
      ['live', 'B'],
      ['ready', 'C'],
    ]);
    deepEqual(commands.slice(3), [
      ['post', '$(VAR_A)', '$$'],
      ['pre', '$(VAR_B)'],
    ]);
  });

  it('take a variable for empty whose value comes from elsewhere, and the last one of a name', () => {
    const variables = [{ name: 'FROM', valueFrom: {} }, ...env, { name: 'VAR_A', value: 'last' }];
    deepEqual(readCommands({ env: variables, livenessProbe: exec('[$(FROM)]', '$(VAR_A)') }), [['[]', 'last']]);
  });

  it('are none where probes and hooks ask by other means, or by nothing', () => {
    const http: object = { httpGet: { port: 80 } };
    deepEqual(readCommands({ livenessProbe: http, readinessProbe: { exec: {} }, lifecycle: { preStop: http } }), []);
    deepEqual(readCommands({}), []);
  });
});
