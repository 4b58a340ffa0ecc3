/** The store of file-access lines as commands see it (docs/files.md). */
import type { Readable } from 'node:stream';
import { z } from 'zod';
import type { Result } from '../ending.ts';

export const storedTraceSchema = z.object({
  uid: z.string(),
  namespace: z.string(),
  pod: z.string(),
  bytes: z.number(),
  files: z.number(),
  updatedAt: z.string(),
});
export type StoredTrace = z.infer<typeof storedTraceSchema>;

export interface StoredFile {
  /** Of the container. */
  readonly folder: string;
  readonly name: string;
  readonly bytes: number;
}

export interface FilesReader {
  traces(query: { readonly namespace?: string; readonly pod?: string }): Promise<Result<StoredTrace[]>>;
  /** Only names that may be part of a path. */
  files(uid: string): Promise<Result<StoredFile[]>>;
  /** Its content; errors of the connection are the stream's. */
  open(uid: string, file: StoredFile): Promise<Result<Readable>>;
  close(): void;
}
