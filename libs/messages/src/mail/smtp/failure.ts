/** Why one server did not take a mail. */
export interface Failure {
  /**
   * `recipient`: the server will never take mail for this address. `mail`: it refuses this mail now, or for a reason that another server may
   * see differently, or a later attempt. `server`: it is unavailable, or refuses us.
   */
  about: 'recipient' | 'mail' | 'server';
  providerCode: string;
  /** No server can take it: it would not even be sent. */
  isMalformed?: boolean;
}

/** As nodemailer describes it. `command` is the one that was answered, CONN when the connection itself was lost. */
interface SmtpFault {
  responseCode?: number;
  response?: string;
  code?: string;
  originalCode?: string;
  command?: string;
}

/**
 * Acts on the codes of the reply, never on its text (RFC 5321 §4.2.1). Only a refusal that is certainly about the recipient is permanent. A
 * 5yz to our greeting, credentials or sender, to the content or by policy says nothing about the person's address.
 */
export function failureOf(fault: unknown): Failure {
  const { responseCode, response = '', code, originalCode, command } = Object(fault) as SmtpFault;
  const providerCode =
    responseCode === undefined ? (originalCode ?? code ?? 'unknown') : `smtp ${responseCode}`;
  if (code === 'EENVELOPE' && command === 'API')
    return { about: 'recipient', providerCode, isMalformed: true };
  const isAnswered = command === 'RCPT TO' || command === 'DATA';
  // 421 means that the server is shutting down (§3.8), whatever the command was.
  if (!isAnswered || responseCode === undefined || responseCode === 421)
    return { about: 'server', providerCode };
  const about = refusesRecipient(command, responseCode, enhancedIn(response)) ? 'recipient' : 'mail';
  return { about, providerCode };
}

/** Class, subject and detail of an enhanced status code (RFC 2034 §4), if the reply has one. */
const enhancedIn = (response: string): [number, number, number] | undefined => {
  const found = /^\d{3}[ -](\d)\.(\d{1,3})\.(\d{1,3})(?!\S)/.exec(response);
  return found ? [Number(found[1]), Number(found[2]), Number(found[3])] : undefined;
};

/** Without an enhanced code: syntax of the address, mailbox unavailable, user not local, mailbox name not allowed (RFC 5321), domain takes no mail (RFC 7504). */
const bareRecipientCodes = [501, 550, 551, 553, 556];

/** X.1.7 to X.1.9 are about the sender, and about a message that another system relayed. */
const aboutSender = [7, 8, 9];

/**
 * RFC 3463: X.1.* is about the address, X.2.* about its mailbox. X.3.* to X.7.* are about systems, routes, the protocol, the content and
 * policies.
 */
function refusesRecipient(
  command: 'RCPT TO' | 'DATA',
  code: number,
  enhanced: [number, number, number] | undefined,
): boolean {
  if (code < 500 || code > 599) return false;
  if (!enhanced) return command === 'RCPT TO' && bareRecipientCodes.includes(code);
  const [category, subject, detail] = enhanced;
  if (category !== 5) return false;
  if (subject === 1) return !aboutSender.includes(detail);
  // A full mailbox is emptied (X.2.2).
  return subject === 2 && detail !== 2;
}
