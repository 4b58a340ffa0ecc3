/**
 * What kube-proxy makes of a Service: its ClusterIP, on which each new connection goes to one of the endpoints. One that is made
 * stays where it is, whatever becomes of the endpoints.
 */
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';

export interface ServiceAddress {
  /** Ports of 127.0.0.1 that new connections go to. */
  endpoints: readonly number[];
  /** Connections that found no endpoint, or none that answered. */
  failed(): number;
  close(): void;
}

/** @param address is given to the loopback interface while the Service is open, which takes root */
export async function openServiceAddress(address: string): Promise<ServiceAddress> {
  execFileSync('ip', ['address', 'add', `${address}/32`, 'dev', 'lo']);
  const sockets = new Set<Socket>();
  let failed = 0;
  let turn = 0;
  const server = createServer({ allowHalfOpen: true }, (incoming) => {
    turn += 1;
    const port = service.endpoints[turn % Math.max(1, service.endpoints.length)];
    if (port === undefined) {
      failed += 1;
      incoming.resetAndDestroy();
      return;
    }
    const outgoing = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
    const both = [incoming, outgoing];
    for (const socket of both) sockets.add(socket);
    outgoing.once('error', () => (failed += 1));
    for (const socket of both) {
      socket.on('error', () => {
        for (const either of both) either.resetAndDestroy();
      });
      socket.once('close', () => sockets.delete(socket));
    }
    incoming.pipe(outgoing);
    outgoing.pipe(incoming);
  });
  const service: ServiceAddress = {
    endpoints: [],
    failed: () => failed,
    close: () => {
      server.close();
      for (const socket of sockets) socket.destroy();
      execFileSync('ip', ['address', 'del', `${address}/32`, 'dev', 'lo']);
    },
  };
  server.listen(443, address);
  await once(server, 'listening');
  return service;
}
