import { z } from 'zod';
import { list, type Values, type Variable } from '../variable.js';

/** A place outside of the database that gets the signed heads of the audit. */
export type AnchorTarget =
  | { kind: 'file'; path: string }
  | { kind: 'http'; url: string }
  | {
      kind: 's3';
      /** Of the service, without the bucket. */
      endpoint: string;
      region: string;
      bucket: string;
      /** Begins the names of the objects; ends with `/` unless it is empty. */
      prefix: string;
      accessKeyId: string;
      secretAccessKey: string;
    };

const isLocal = ({ hostname }: URL): boolean => ['localhost', '127.0.0.1', '[::1]'].includes(hostname);

/** @returns undefined when it is none */
function anchorOf(text: string): AnchorTarget | undefined {
  if (!URL.canParse(text)) return undefined;
  const url = new URL(text);
  if (url.hash !== '') return undefined;
  if (url.protocol === 'file:')
    return url.host === '' && url.pathname.length > 1
      ? { kind: 'file', path: decodeURIComponent(url.pathname) }
      : undefined;
  if (url.protocol === 's3:') return s3Of(url);
  const isSafe = url.protocol === 'https:' || (url.protocol === 'http:' && isLocal(url));
  return isSafe && url.username === '' ? { kind: 'http', url: text } : undefined;
}

function s3Of(url: URL): AnchorTarget | undefined {
  const region = url.searchParams.get('region') ?? 'us-east-1';
  const endpoint = url.searchParams.get('endpoint') ?? `https://s3.${region}.amazonaws.com`;
  const [accessKeyId, secretAccessKey] = [url.username, url.password].map(decodeURIComponent);
  if (!accessKeyId || !secretAccessKey || !/^[\w.-]{3,63}$/.test(url.hostname) || !URL.canParse(endpoint))
    return undefined;
  const at = new URL(endpoint);
  if (at.protocol !== 'https:' && !(at.protocol === 'http:' && isLocal(at))) return undefined;
  const path = url.pathname.replace(/^\/+|\/+$/g, '');
  const prefix = path === '' ? '' : `${path}/`;
  return { kind: 's3', endpoint, region, bucket: url.hostname, prefix, accessKeyId, secretAccessKey };
}

/** What happens to the audit. */
export const auditVariables = {
  AUDIT_ANCHORS: {
    meaning:
      'places outside of the database that get the signed heads of the audit once a minute (see "The audit"): a file, a URL that takes a POST, an S3 bucket',
    default: [],
    allowed:
      'file:///PATH, https://HOST/PATH (http:// for this machine), s3://KEY:SECRET@BUCKET/PREFIX?region=REGION&endpoint=URL with key and secret percent-encoded; comma-separated',
    secret: true,
    schema: list(z.string().refine((text) => anchorOf(text) !== undefined)),
  },
} satisfies Record<string, Variable>;

export const auditSettings = ({ AUDIT_ANCHORS }: Values<typeof auditVariables>) => ({
  auditAnchors: AUDIT_ANCHORS.flatMap((text) => anchorOf(text) ?? []),
});
