/** A connection to a port of a pod by way of the API server, as `kubectl port-forward` makes it. */
import { Duplex, PassThrough, Writable } from 'node:stream';
import { PortForward } from '@kubernetes/client-node';
import { loadConfig, type KubeSource } from './client.ts';

export type Forward = (namespace: string, pod: string, port: number) => Promise<Duplex>;

/** The part of the client's WebSocket that is used; it is one of the package `ws`. */
interface Socket {
  pause(): void;
  resume(): void;
  close(): void;
  on(event: 'close', listener: () => void): unknown;
}

/** Opens no connection yet. Each call makes one of its own; it rejects with what the API server or the network says. */
export function createForward(source: KubeSource): Forward {
  const forward = new PortForward(loadConfig(source));
  return async (namespace, pod, port) => {
    const sent = new PassThrough();
    const opened: { socket?: Socket } = {};
    const duplex = new Duplex({
      read: () => opened.socket?.resume(),
      write: (chunk: Buffer, _encoding, done) => {
        sent.write(chunk, done);
      },
      final: (done) => {
        sent.end(done);
      },
      destroy: (error, done) => {
        opened.socket?.close();
        done(error);
      },
    });
    const received = new Writable({
      write: (chunk: Buffer, _encoding, done) => {
        // Nobody has read what is there: the node has to wait.
        if (!duplex.push(chunk)) opened.socket?.pause();
        done();
      },
    });
    const refused = new Writable({
      write: (chunk: Buffer, _encoding, done) => {
        // Each channel begins with the port's number, which the client cuts off: nothing is left of that message.
        if (chunk.length > 0) duplex.destroy(new Error(chunk.toString('utf8').slice(0, 512)));
        done();
      },
    });
    opened.socket = (await forward.portForward(namespace, pod, [port], received, refused, sent)) as Socket;
    opened.socket.on('close', () => {
      if (!duplex.destroyed) duplex.push(null);
    });
    return duplex;
  };
}
