/** Events for the tests of the file report. */
import type { FileEvent } from '../../../../profile/files/file-event.ts';

/** Whatever isn't given is as in a successful read of 10 bytes from /etc/passwd. */
export function fileEvent({
  fields,
  ...given
}: Partial<Omit<FileEvent, 'fields'>> & { fields?: object } = {}): FileEvent {
  return {
    timeNs: 1_700_000_000_000_000_042n,
    name: 'read',
    pid: 41,
    tid: 42,
    comm: 'nginx',
    containerId: 'a'.repeat(64),
    ret: 10,
    fd: 3,
    path: '/etc/passwd',
    flags: undefined,
    size: 4096n,
    ...given,
    fields: new Map(Object.entries(fields ?? {}) as [string, string][]),
  };
}
