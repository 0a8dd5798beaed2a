import { isUuid, timeOf } from '@rekey/kernel';
import { z } from 'zod';
import { canonicalJson } from './canonical.js';

const time = z.iso.datetime();
/** As the console takes them: one line, so that what is signed looks like what it says. */
const oneLine = (longest: number) =>
  z.string().regex(new RegExp(`^[^\\p{Cc}\\p{Cf}\\p{Cs}\\p{Zl}\\p{Zp}]{1,${longest}}$`, 'u'));
const uuid = '[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}';

/** What the requester reads and signs. */
const requestShape = z.strictObject({
  type: z.literal('override_request'),
  /** Of version 7, with the time of the request: nobody chooses where it stands among the others. */
  id: z.string().refine(isUuid),
  account: z.string().min(1).max(128),
  /** Of the account: one that is deleted and made again with the same id is another. */
  generation: z.uuid(),
  /** How the identity of the person was attested. */
  evidence: oneLine(2_000),
  /** What the person has no more, as the members have attested: the kind and the name of each address and authenticator. */
  lost: z
    .array(z.string().regex(new RegExp(`^[a-z_]{1,32} ${uuid}(?::\\d{1,9})?$`)))
    .min(1)
    .max(100)
    .optional(),
  reason: oneLine(500),
  requested_by: z.uuid(),
  requested_at: time,
  /** Hours from the approval until it can be used. */
  wait_hours: z.number().int().min(1).max(720),
});
export type OverrideRequest = z.output<typeof requestShape>;

/** One entry of `lost`. */
export interface LostProof {
  kind: string;
  /** As evidence names it. */
  name: string;
}

export const writeLost = ({ kind, name }: LostProof): string => `${kind} ${name}`;

export const lostIn = ({ lost = [] }: Pick<OverrideRequest, 'lost'>): LostProof[] =>
  lost.map((entry) => {
    const [kind = '', name = ''] = entry.split(' ');
    return { kind, name };
  });

/** What the approver reads and signs. The time is in it, so that a row cannot shorten the waiting period. */
const approvalShape = z.strictObject({
  type: z.literal('override_approval'),
  id: z.uuid(),
  /** SHA-256 of the request, in base64url. */
  request: z.string().length(43),
  approved_by: z.uuid(),
  approved_at: time,
});
export type OverrideApproval = z.output<typeof approvalShape>;

/** @returns undefined for what is not such a document in its one spelling */
function read<Shape extends z.ZodType<Parameters<typeof canonicalJson>[0]>>(
  shape: Shape,
  written: string,
): z.output<Shape> | undefined {
  try {
    const { data } = shape.safeParse(JSON.parse(written));
    return data && canonicalJson(data) === written ? data : undefined;
  } catch {
    return undefined;
  }
}

export function readRequest(written: string): OverrideRequest | undefined {
  const request = read(requestShape, written);
  const isOfItsTime = request?.id[14] === '7' && timeOf(request.id) === Date.parse(request.requested_at);
  return isOfItsTime ? request : undefined;
}

export const readApproval = (written: string): OverrideApproval | undefined => read(approvalShape, written);
