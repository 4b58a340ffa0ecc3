/** What lives in a pod's cgroup at this moment. Synchronous: kernfs answers from memory, and a picture taken in one go has no holes. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isGone } from './find-pod-cgroup.ts';

export interface ContainerCgroup {
  /** Directory name. */
  readonly name: string;
  /** A process lives in it or anywhere below. */
  readonly populated: boolean;
}

export interface PodPopulation {
  /** Any process of the pod, the sandbox's included. False when the cgroup is gone. */
  readonly populated: boolean;
  readonly children: readonly ContainerCgroup[];
}

const GONE: PodPopulation = { populated: false, children: [] };

/** @param path of the pod's cgroup in the v2 hierarchy */
export function readPodCgroup(path: string): PodPopulation {
  try {
    const names = readdirSync(path, { withFileTypes: true }).filter((entry) => entry.isDirectory());
    const children = names.map(({ name }) => ({ name, populated: isPopulated(join(path, name)) }));
    return { populated: isPopulated(path), children };
  } catch (error) {
    if (isGone(error)) return GONE;
    throw error;
  }
}

/** `populated` counts descendants too: a container may divide its own cgroup (systemd does, crun as well). */
function isPopulated(path: string): boolean {
  try {
    return /^populated 1$/m.test(readFileSync(join(path, 'cgroup.events'), 'utf8'));
  } catch (error) {
    if (isGone(error)) return false;
    throw error;
  }
}
