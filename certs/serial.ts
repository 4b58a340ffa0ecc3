/** Serial numbers of certificates. */
import { randomBytes } from 'node:crypto';

/**
 * 127 bits as hex, positive and without a leading zero byte, as DER wants an integer (RFC 5280 section 4.1.2.2; X.690 section 8.3.2):
 * Go's crypto/x509 refuses a certificate with any other ("malformed serial number").
 * @param random 16 bytes
 */
export function serialOf(random: Buffer): string {
  const serial = Buffer.from(random);
  serial[0] = ((serial[0] ?? 0) & 0x7f) | 0x40;
  return serial.toString('hex');
}

export function randomSerial(): string {
  return serialOf(randomBytes(16));
}
