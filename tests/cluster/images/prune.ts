import { runCommand, tryCommand } from '../run-command.ts';
import { buildah } from './buildah.ts';

/** Images and layers in buildah's storage above which those without a name go. */
const MAX_IMAGES = 120;

/** Keeps buildah's storage from growing for ever: layers of builds that nothing was named after are removed. */
export async function pruneLayers(): Promise<void> {
  const images = (await runCommand(buildah('images', '--all', '--quiet'))).split('\n').length;
  if (images > MAX_IMAGES) await tryCommand(buildah('rmi', '--prune'));
}
