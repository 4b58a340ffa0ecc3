/** What each call is for, in a few words: messages, semaphores and shared memory between processes. */
import type { Purposes } from './purposes.ts';

export const IPC: Purposes = {
  shmget: 'finds or makes shared memory by a key (System V)',
  shmat: 'maps shared memory (System V)',
  shmdt: 'unmaps shared memory (System V)',
  shmctl: 'asks about or removes shared memory (System V)',
  semget: 'finds or makes semaphores by a key (System V)',
  semop: 'takes or releases semaphores (System V)',
  semtimedop: 'takes or releases semaphores, not waiting for ever (System V)',
  semctl: 'asks about or removes semaphores (System V)',
  msgget: 'finds or makes a message queue by a key (System V)',
  msgsnd: 'puts a message into a queue (System V)',
  msgrcv: 'takes a message from a queue (System V)',
  msgctl: 'asks about or removes a message queue (System V)',
  mq_open: 'opens or makes a message queue (POSIX)',
  mq_unlink: 'removes a message queue (POSIX)',
  mq_timedsend: 'puts a message into a queue (POSIX)',
  mq_timedreceive: 'takes a message from a queue (POSIX)',
  mq_notify: 'asks to be told of a message (POSIX)',
  mq_getsetattr: 'asks for or sets attributes of a queue (POSIX)',
};
