import type { CertificateState } from '../../../certs/certificate-state.ts';
import type { CertificateStore } from '../../../certs/rotation.ts';

/** A Secret as the API server would keep it: every write gets a new version, and a write from an old one is a conflict. */
export class MemoryStore implements CertificateStore {
  /** Everything that was ever stored, oldest first. */
  readonly history: (CertificateState | undefined)[] = [];
  readonly refusals: ('exists' | 'conflict')[] = [];

  async read(): Promise<{ state: CertificateState | undefined; version: string } | undefined> {
    await this.#latency();
    return this.history.length === 0 ? undefined : { state: this.history.at(-1), version: String(this.history.length) };
  }

  async create(state: CertificateState): Promise<'created' | 'exists'> {
    await this.#latency();
    if (this.history.length > 0) return this.#refuse('exists');
    this.history.push(state);
    return 'created';
  }

  async replace(state: CertificateState, version: string): Promise<'replaced' | 'conflict'> {
    await this.#latency();
    if (version !== String(this.history.length)) return this.#refuse('conflict');
    this.history.push(state);
    return 'replaced';
  }

  #refuse<T extends 'exists' | 'conflict'>(refusal: T): T {
    this.refusals.push(refusal);
    return refusal;
  }

  /** Lets the other replica's requests in between. */
  async #latency(): Promise<void> {
    await new Promise(setImmediate);
  }
}
