/** Telling a target to make a call that it has not made before, and seeing that it did. */
import type { Kubectl } from './kubectl.ts';

/** For a container that runs `WAITS_FOR_WORD`. What is executed to tell it calls neither `mkdir` nor `mkdirat`. */
export async function proceed(kubectl: Kubectl, namespace: string, pod: string): Promise<void> {
  const line = 'touch /tmp/go; until [ -d /tmp/went ]; do sleep 0.1; done';
  await kubectl.run(['exec', pod, '-n', namespace, '--', 'sh', '-c', line]);
}
