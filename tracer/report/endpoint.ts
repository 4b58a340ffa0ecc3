/** Where the control plane is and how to prove to it who asks: small files that the kubelet replaces while the tracer runs. */
import { readFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { join } from 'node:path';
import { z } from 'zod';

export interface Endpoint {
  readonly address: string;
  readonly port: number;
  /** One or several CA certificates, PEM: while the CA is replaced both are valid. */
  readonly ca: string;
  readonly token: string;
}

const endpointSchema = z.object({
  address: z.string().refine((address) => isIP(address) !== 0, 'address: not an IP address'),
  port: z.coerce.number().int().min(1).max(65_535),
  ca: z.string().includes('-----BEGIN CERTIFICATE-----', { error: 'ca.crt: no certificate' }),
  token: z.string().min(1).max(8192),
});

export interface EndpointFiles {
  /** Directory with the files ca.crt, address and port. */
  readonly endpointDir: string;
  readonly tokenFile: string;
}

/**
 * Reads them anew for every request: a few kilobytes, some times a minute, and no rotation can be missed.
 * @throws when a file is missing or makes no sense, which lasts while the ConfigMap has not been filled
 */
export function readEndpoint({ endpointDir, tokenFile }: EndpointFiles): Endpoint {
  const read = (file: string): string => readFileSync(file, 'utf8').trim();
  return endpointSchema.parse({
    address: read(join(endpointDir, 'address')),
    port: read(join(endpointDir, 'port')),
    ca: read(join(endpointDir, 'ca.crt')),
    token: read(tokenFile),
  });
}
