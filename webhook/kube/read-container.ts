/** A container of a pod's spec and its status, as the controller sees them. */
import type { ContainerState, TargetContainer } from '../controller/target-pod.ts';
import type { TracedContainer } from '../controller/trace-status.ts';
import { readCommands } from './read-commands.ts';
import type { ContainerSpec, ContainerStatus, RawState } from './pod-schema.ts';

export function readState(state: RawState): ContainerState {
  if (state?.running != null) return { kind: 'running', startedAtMs: state.running.startedAt ?? 0 };
  if (state?.terminated != null) {
    const { exitCode, finishedAt } = state.terminated;
    return { kind: 'terminated', exitCode, finishedAtMs: finishedAt ?? null };
  }
  return { kind: 'waiting', reason: state?.waiting?.reason ?? null };
}

/** A container that was never created is reported as terminated when its pod is torn down: then it has no ID. */
function hasRun(state: RawState): boolean {
  return state?.running != null || (state?.terminated?.containerID ?? '') !== '';
}

export function everStarted(status: ContainerStatus | undefined): boolean {
  if (status === undefined) return false;
  return status.restartCount > 0 || hasRun(status.state) || hasRun(status.lastState);
}

function idsOf(status: ContainerStatus | undefined): string[] {
  const ids = [status?.containerID, status?.state?.terminated?.containerID, status?.lastState?.terminated?.containerID];
  return [...new Set(ids.map((id) => id ?? '').filter((id) => id !== ''))];
}

/** Init containers that have ended are called ready too; they serve nobody. */
function readyIdOf(status: ContainerStatus | undefined): string | null {
  if (status?.ready !== true || status.state?.running == null) return null;
  return /^[a-z][a-z0-9-]*:\/\/([0-9a-f]{64})$/.exec(status.containerID ?? '')?.[1] ?? null;
}

export function readContainer(
  kind: TracedContainer['kind'],
  spec: ContainerSpec,
  status: ContainerStatus | undefined,
): TargetContainer {
  const finished = status?.state?.terminated?.finishedAt ?? status?.lastState?.terminated?.finishedAt ?? null;
  return {
    name: spec.name,
    kind,
    command: [...(spec.command ?? []), ...(spec.args ?? [])],
    execCommands: readCommands(spec),
    image: spec.image,
    imageDigest: status?.imageID ?? '',
    state: readState(status?.state),
    everStarted: everStarted(status),
    containerIds: idsOf(status),
    readyId: readyIdOf(status),
    lastFinishedAtMs: everStarted(status) ? finished : null,
    mounts: (spec.volumeMounts ?? []).map(({ mountPath, readOnly }) => ({
      path: mountPath,
      readOnly: readOnly === true,
    })),
  };
}
