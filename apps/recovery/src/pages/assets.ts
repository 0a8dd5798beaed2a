import { createHash } from 'node:crypto';
import { icon, script } from './assets-text.js';
import { style } from './style.js';

const version = (text: string): string => createHash('sha256').update(text).digest('base64url').slice(0, 12);

/** Under a name that changes with the content, so that browsers may keep them for a year. */
export const assets = [
  { name: `style-${version(style)}.css`, type: 'text/css; charset=utf-8', text: style },
  { name: `pages-${version(script)}.js`, type: 'text/javascript; charset=utf-8', text: script },
  { name: `icon-${version(icon)}.svg`, type: 'image/svg+xml', text: icon },
] as const;

const url = (at: 0 | 1 | 2) => `/recover/assets/${assets[at].name}`;
export const assetUrls = { style: url(0), script: url(1), icon: url(2) };
