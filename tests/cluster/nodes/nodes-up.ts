import { FIRST_NODE, SECOND_NODE } from '../addresses.ts';
import { isDaemonRunning } from '../daemons/daemon.ts';
import { layoutOf, nodeLayoutOf, type NodeLayout } from '../layout.ts';

/** Nodes whose container runtime runs. */
export function nodesUp(stateDirectory: string): NodeLayout[] {
  const layout = layoutOf(stateDirectory);
  return [FIRST_NODE, SECOND_NODE]
    .filter((node) => isDaemonRunning(layout, `containerd-${node.ordinal}`))
    .map((node) => nodeLayoutOf(stateDirectory, node));
}
