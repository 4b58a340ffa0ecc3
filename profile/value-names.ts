/**
 * What the kernel's headers call values of arguments that profiles have rules for. Sources: linux/socket.h and linux/net.h
 * (socket(2)), the IPPROTO_ and SOL_ numbers of linux/in.h and linux/socket.h, asm-generic/ioctls.h, linux/prctl.h,
 * linux/sched.h (clone(2)) and linux/stat.h of linux 6.12. Values that are in none of them are shown as numbers.
 */
import { watchOf } from './arguments.ts';
import { EVERY_BIT, NAMESPACE_FLAGS } from './enforced.ts';
import type { Abi } from './vocabulary.ts';

interface Names {
  readonly values: ReadonlyMap<number, string>;
  /** Bits that may stand beside a value, or (without one) by themselves. */
  readonly flags?: ReadonlyMap<number, string>;
  /** Names of the parts of a value that rules compare. */
  readonly masks?: ReadonlyMap<number, string>;
}

/** `NAME=number` of each. */
function table(prefix: string, text: string): ReadonlyMap<number, string> {
  return new Map(
    text
      .trim()
      .split(/\s+/)
      .map((entry) => entry.split('='))
      .map(([name = '', value]) => [Number(value), `${prefix}${name}`]),
  );
}

const DOMAIN: Names = {
  values: table(
    'AF_',
    `UNSPEC=0 UNIX=1 INET=2 AX25=3 IPX=4 APPLETALK=5 X25=9 INET6=10 KEY=15 NETLINK=16 PACKET=17 RDS=21 PPPOX=24 LLC=26
    IB=27 MPLS=28 CAN=29 TIPC=30 BLUETOOTH=31 RXRPC=33 PHONET=35 IEEE802154=36 CAIF=37 ALG=38 NFC=39 VSOCK=40 KCM=41
    QIPCRTR=42 SMC=43 XDP=44 MCTP=45`,
  ),
};
const TYPE: Names = {
  values: table('SOCK_', 'STREAM=1 DGRAM=2 RAW=3 RDM=4 SEQPACKET=5 DCCP=6 PACKET=10'),
  flags: table('SOCK_', 'NONBLOCK=0x800 CLOEXEC=0x80000'),
  masks: table('', 'SOCK_TYPE_MASK=0xf'),
};
const LEVEL: Names = {
  values: table(
    '',
    `IPPROTO_IP=0 SOL_SOCKET=1 IPPROTO_TCP=6 IPPROTO_UDP=17 IPPROTO_IPV6=41 IPPROTO_ICMPV6=58 IPPROTO_SCTP=132 SOL_RAW=255
    SOL_PACKET=263 SOL_NETLINK=270 SOL_TIPC=271 SOL_BLUETOOTH=274 SOL_ALG=279 SOL_TLS=282 SOL_XDP=283 SOL_MPTCP=284`,
  ),
};
const REQUEST: Names = {
  values: table(
    '',
    `TCGETS=0x5401 TCSETS=0x5402 TCSETSW=0x5403 TCSETSF=0x5404 TCSBRK=0x5409 TCXONC=0x540a TCFLSH=0x540b TIOCEXCL=0x540c
    TIOCNXCL=0x540d TIOCSCTTY=0x540e TIOCGPGRP=0x540f TIOCSPGRP=0x5410 TIOCOUTQ=0x5411 TIOCSTI=0x5412 TIOCGWINSZ=0x5413
    TIOCSWINSZ=0x5414 FIONREAD=0x541b TIOCLINUX=0x541c TIOCCONS=0x541d TIOCPKT=0x5420 FIONBIO=0x5421 TIOCNOTTY=0x5422
    TIOCSETD=0x5423 TIOCGETD=0x5424 TIOCGSID=0x5429 TIOCVHANGUP=0x5437 FIONCLEX=0x5450 FIOCLEX=0x5451 FIOASYNC=0x5452
    TIOCGPTN=0x80045430 TIOCSPTLCK=0x40045431 TCGETS2=0x802c542a TCSETS2=0x402c542b FICLONE=0x40049409
    FS_IOC_GETFLAGS=0x80086601 SIOCGIFNAME=0x8910 SIOCGIFCONF=0x8912 SIOCGIFFLAGS=0x8913 SIOCGIFADDR=0x8915
    SIOCGIFINDEX=0x8933 SIOCETHTOOL=0x8946`,
  ),
};
const OPTION: Names = {
  values: table(
    'PR_',
    `SET_PDEATHSIG=1 GET_PDEATHSIG=2 GET_DUMPABLE=3 SET_DUMPABLE=4 GET_KEEPCAPS=7 SET_KEEPCAPS=8 GET_TIMING=13 SET_TIMING=14
    SET_NAME=15 GET_NAME=16 GET_SECCOMP=21 SET_SECCOMP=22 CAPBSET_READ=23 CAPBSET_DROP=24 GET_TSC=25 SET_TSC=26
    GET_SECUREBITS=27 SET_SECUREBITS=28 SET_TIMERSLACK=29 GET_TIMERSLACK=30 MCE_KILL=33 MCE_KILL_GET=34 SET_MM=35
    SET_CHILD_SUBREAPER=36 GET_CHILD_SUBREAPER=37 SET_NO_NEW_PRIVS=38 GET_NO_NEW_PRIVS=39 GET_TID_ADDRESS=40
    SET_THP_DISABLE=41 GET_THP_DISABLE=42 CAP_AMBIENT=47 GET_SPECULATION_CTRL=52 SET_SPECULATION_CTRL=53
    SET_TAGGED_ADDR_CTRL=55 GET_TAGGED_ADDR_CTRL=56 SET_IO_FLUSHER=57 GET_IO_FLUSHER=58 SET_SYSCALL_USER_DISPATCH=59
    SCHED_CORE=62 SET_VMA=0x53564d41 SET_PTRACER=0x59616d61`,
  ),
};
const NAMESPACES: Names = {
  values: new Map(),
  flags: table(
    'CLONE_',
    `NEWTIME=0x80 NEWNS=0x20000 NEWCGROUP=0x2000000 NEWUTS=0x4000000 NEWIPC=0x8000000 NEWUSER=0x10000000 NEWPID=0x20000000
    NEWNET=0x40000000`,
  ),
  masks: new Map([[NAMESPACE_FLAGS, 'CLONE_NEW*']]),
};
const FILE_KIND: Names = {
  values: table('S_IF', 'IFO=0x1000 CHR=0x2000 DIR=0x4000 BLK=0x6000 REG=0x8000 LNK=0xa000 SOCK=0xc000'),
  masks: table('', 'S_IFMT=0xf000'),
};

/** By call and the place of the argument. */
const NAMES: Readonly<Record<string, Readonly<Record<number, Names>>>> = {
  socket: { 0: DOMAIN, 1: TYPE },
  socketpair: { 0: DOMAIN, 1: TYPE },
  setsockopt: { 1: LEVEL },
  getsockopt: { 1: LEVEL },
  ioctl: { 1: REQUEST },
  prctl: { 0: OPTION },
  clone: { 0: NAMESPACES },
  unshare: { 0: NAMESPACES },
  setns: { 1: NAMESPACES },
  mknod: { 1: FILE_KIND },
  mknodat: { 2: FILE_KIND },
};

/** `SOCK_STREAM|SOCK_CLOEXEC`, or the number where any part of it has no name. */
export function nameOfValue(call: string, index: number, value: number): string {
  const names = NAMES[call]?.[index];
  if (!names) return numeral(value);
  const flags = [...(names.flags ?? [])].filter(([bit]) => hasBits(value, bit));
  // Bits of a 64-bit argument beyond the low 32 are no flags of these; JavaScript's operators would drop them.
  const rest = value - flags.reduce((sum, [bit]) => sum + bit, 0);
  const base = names.values.get(rest);
  if (base === undefined && (rest !== 0 || flags.length === 0)) return numeral(value);
  return [...(base === undefined ? [] : [base]), ...flags.map(([, name]) => name)].join('|');
}

/** Of the watched arguments of a call, joined by commas as recordings have them. */
export function nameOfTuple(abi: Abi, call: string, tuple: string): string {
  const indices = watchOf(abi, call)?.indices ?? [];
  const named = tuple.split(',').map((value, place) => {
    const index = indices[place];
    return index === undefined || !Number.isSafeInteger(Number(value))
      ? value
      : nameOfValue(call, index, Number(value));
  });
  return named.join(', ');
}

/** The part of a value that a rule compares: `SOCK_TYPE_MASK`, or its bits. */
export function nameOfMask(call: string, index: number, mask: number): string {
  return NAMES[call]?.[index]?.masks?.get(mask) ?? numeral(mask);
}

function hasBits(value: number, bits: number): boolean {
  return value <= EVERY_BIT && (value & bits) >>> 0 === bits;
}

/** Small numbers as people count, large ones as flags. */
function numeral(value: number): string {
  return value < 4096 ? String(value) : `0x${value.toString(16)}`;
}
