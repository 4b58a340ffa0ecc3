import { deepEqual, equal, ok } from 'node:assert/strict';
import { hashesOfCommand } from '../../../../profile/exec-hash.ts';
import { parseConfiguration } from '../../../../tracer/configuration.ts';
import { execHashesOf } from '../../../../webhook/controller/exec-hashes.ts';
import { plan } from '../../../../webhook/controller/plan.ts';
import { container, eventReasons, facts, NOW, pod } from './facts.ts';

const withCommands = (...commands: readonly string[][]) => pod({ containers: [container({ execCommands: commands })] });

describe('the hashes of a target', () => {
  it("are those of the commands of all its containers, each once, in the tracer's form", () => {
    const check = ['/bin/check', 'x'];
    const containers = [
      container({ kind: 'sidecar', execCommands: [check, ['/bin/other']] }),
      container({ execCommands: [check] }),
    ];
    const { hashes, unmatched } = execHashesOf({ containers });
    equal(unmatched, 0);
    deepEqual(
      hashes.map((hash) => BigInt(`0x${hash}`)),
      [...hashesOfCommand(check), ...hashesOfCommand(['/bin/other'])],
    );
  });

  it('are as many as a tracer takes, and what is beyond them is counted', () => {
    const many = Array.from({ length: 70 }, (_, nr) => [`/bin/check-${nr}`]);
    const { hashes, unmatched } = execHashesOf(withCommands(...many, ['/bin/check-0']));
    deepEqual([hashes.length, unmatched], [64, 6]);
    const environment = { FLAK_EXEC_HASHES: hashes.join() };
    const parsed = parseConfiguration(environment, '/ledger.bpf.o');
    ok(parsed.kind === 'invalid' && !parsed.mistakes.some((mistake) => mistake.startsWith('FLAK_EXEC_HASHES')));
  });

  it('lack a command that the ledger cannot recognise, which is said when the tracer is made', () => {
    const target = withCommands(['/bin/sh', '-c', 'x'.repeat(5000)]);
    deepEqual(execHashesOf(target), { hashes: [], unmatched: 1 });
    const whenMade = { tracer: null, report: null, attempts: { made: 0, lastAtMs: 0, refused: null } };
    ok(eventReasons(plan(facts({ pod: target, ...whenMade }), NOW)).includes('FlakCommandsUnknown'));
    const usual = withCommands(['/bin/sh', '-c', 'x']);
    ok(!eventReasons(plan(facts({ pod: usual, ...whenMade }), NOW)).includes('FlakCommandsUnknown'));
  });
});
