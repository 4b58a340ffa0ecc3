/** `flak doctor`: whether this machine, or this cluster, can be traced. */
import type { Command } from 'commander';
import type { DoctorDeps, DoctorOptions } from '../doctor/doctor.ts';
import { doctor } from '../doctor/doctor.ts';
import type { Ended } from '../registration.ts';
import { examples, jsonOutput, withConnection } from '../registration.ts';

export function addDoctor(parent: Command, deps: DoctorDeps, ended: Ended): void {
  withConnection(parent.command('doctor'))
    .description('can this machine, or this cluster, be traced? What is in the way, and what helps')
    .option('--cluster', 'the cluster instead of this machine')
    .option('--nodes', 'the cluster, and each of its Linux nodes: runs the tracer there for a moment, and removes it')
    .addOption(jsonOutput())
    .addHelpText('after', examples('sudo flak doctor', 'flak doctor --cluster', 'flak doctor --nodes -o json'))
    .action(async (options: DoctorOptions) => {
      ended(await doctor(options, deps));
    });
}
