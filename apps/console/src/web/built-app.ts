import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Where `npm run build` puts the web app: beside the compiled sources of this app. */
export const builtApp = join(import.meta.dirname, '../../web');

export interface AppPage {
  html: string;
  /** The Content-Security-Policy: nothing of another origin, and nothing inline but the scripts that the page has. */
  policy: string;
}

/** @throws {Error} when the app is not built */
export async function readAppPage(directory = builtApp): Promise<AppPage> {
  const html = await readFile(join(directory, 'index.html'), 'utf8').catch((cause) => {
    throw new Error("the console's web app is not built: npm run build", { cause });
  });
  return { html, policy: policyFor(html) };
}

/** @returns the policy of a page, with the digest of each script that stands in it (CSP 3 §6.7.2.2) */
export function policyFor(html: string): string {
  const digests = [...html.matchAll(/<script>([\s\S]*?)<\/script>/g)].map(
    ([, script = '']) => `'sha256-${createHash('sha256').update(script).digest('base64')}'`,
  );
  return [
    "default-src 'none'",
    ["script-src 'self'", ...digests].join(' '),
    "style-src 'self'",
    "img-src 'self'",
    "connect-src 'self'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    "base-uri 'none'",
  ].join('; ');
}
