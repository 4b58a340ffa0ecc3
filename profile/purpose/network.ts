/** What each call is for, in a few words: sockets. */
import type { Purposes } from './purposes.ts';

export const NETWORK: Purposes = {
  socket: 'makes a socket of some address family',
  socketpair: 'makes two connected sockets',
  bind: 'gives a socket its own address',
  listen: 'lets a socket take connections',
  accept: 'takes the next connection',
  accept4: 'takes the next connection, with flags',
  connect: 'connects a socket to an address',
  shutdown: 'ends one or both directions of a connection',
  getsockname: "asks for a socket's own address",
  getpeername: 'asks for the address of the other side',
  getsockopt: 'reads an option of a socket',
  setsockopt: 'sets an option of a socket',
  sendto: 'sends a message, also to an address',
  recvfrom: 'receives a message, and who sent it',
  sendmsg: 'sends a message with control data, such as open files',
  recvmsg: 'receives a message with control data',
  sendmmsg: 'sends several messages at once',
  recvmmsg: 'receives several messages at once',
};
