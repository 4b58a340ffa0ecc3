import assert from 'node:assert/strict';
import { LINK_INFO, PROGRAM_INFO } from '../../../../tracer/ledger/libbpf.ts';
import { compiled } from './compiled.ts';

describe('what the kernel tells of programs and links', () => {
  it('stands where the C compiler finds it in linux/bpf.h, and has room', () => {
    const [programId = 0, misses, linkSize = 0, programSize = 0] = compiled([
      'offsetof(struct bpf_link_info, prog_id)',
      'offsetof(struct bpf_prog_info, recursion_misses)',
      'sizeof(struct bpf_link_info)',
      'sizeof(struct bpf_prog_info)',
    ]);
    assert.deepEqual([LINK_INFO.programId, PROGRAM_INFO.recursionMisses], [programId, misses]);
    assert.ok(LINK_INFO.size >= linkSize && PROGRAM_INFO.size >= programSize);
  });
});
