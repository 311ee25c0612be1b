/** Certificates for tests, of an authority made for them by Debian's openssl; `hasOpenssl` says whether that is to be had. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TlsOptions } from '../../src/io/tls.ts';

/** A certificate of an authority of its own, which nobody else has. */
export function certificates(): TlsOptions {
  const folder = mkdtempSync(join(tmpdir(), 'ringlight-tls-'));
  const at = (name: string) => join(folder, name);
  const openssl = (...args: string[]) => execFileSync('openssl', args, { stdio: 'pipe' });
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  const named = (name: string) => ['-keyout', at(`${name}.key`), '-subj', `/CN=${name}`];
  try {
    openssl('req', '-x509', ...key, ...named('ca'), '-days', '30', '-out', at('ca.pem'));
    openssl('req', ...key, ...named('ring'), '-out', at('ring.csr'));
    const signed = ['-CA', at('ca.pem'), '-CAkey', at('ca.key'), '-CAcreateserial'];
    openssl(
      'x509',
      '-req',
      '-in',
      at('ring.csr'),
      ...signed,
      '-days',
      '30',
      '-out',
      at('ring.pem'),
    );
    const read = (name: string) => readFileSync(at(name), 'utf8');
    return { cert: read('ring.pem'), key: read('ring.key'), ca: read('ca.pem') };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

export const hasOpenssl: boolean = (() => {
  try {
    execFileSync('openssl', ['version'], { stdio: 'pipe' });
    return true;
  } catch {
    return false;
  }
})();
