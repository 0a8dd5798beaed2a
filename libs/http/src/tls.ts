import { readFileSync, unwatchFile, watchFile } from 'node:fs';
import type { Server } from 'node:tls';

interface CertificateFiles {
  certFile: string;
  keyFile: string;
}

export const readCertificate = (files: CertificateFiles) => ({
  cert: readFileSync(files.certFile),
  key: readFileSync(files.keyFile),
  minVersion: 'TLSv1.2' as const,
});

/**
 * Takes a renewed certificate for new connections without a restart. A pair that does not fit together (half written) is
 * left for the next look.
 *
 * @returns a way to stop looking
 */
export function watchCertificate(files: CertificateFiles, server: Server): () => void {
  const reload = () => {
    try {
      server.setSecureContext(readCertificate(files));
    } catch {
      // The old certificate stays in use.
    }
  };
  const paths = [files.certFile, files.keyFile];
  for (const path of paths) watchFile(path, { interval: 5_000, persistent: false }, reload);
  return () => {
    for (const path of paths) unwatchFile(path, reload);
  };
}
