/** The only texts from outside that become parts of paths on the claim. Pure. */
import { CONTAINER_FOLDER, parseLineFile, REFERENCE_FILE } from '../../profile/files/line-files.ts';

const UID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

export function isTraceUid(text: string): boolean {
  return UID.test(text);
}

/** Of a container's files. */
export function isFolder(text: string): boolean {
  return CONTAINER_FOLDER.test(text);
}

export function isFileName(text: string): boolean {
  return text === REFERENCE_FILE || parseLineFile(text) !== undefined;
}
