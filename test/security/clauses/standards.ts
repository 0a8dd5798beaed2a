/** The clauses that Rekey claims, in our words. A claim stands by the tests that name it, and by nothing else. */
export const standards: { name: string; prefix: string; clauses: Record<string, string> }[] = [
  {
    name: 'NIST SP 800-63B-4, Digital Identity Guidelines: Authentication',
    prefix: 'NIST',
    clauses: {
      '3.1.1.2': 'Passwords: length, blocklist, every character counts, no rules of composition',
      '3.1.2.2': 'Look-up secrets are kept salted and hashed',
      '3.1.3.2': 'Out-of-band codes: one use, ten minutes, bound to the transaction',
      '3.1.4.1': 'One-time passwords are computed as the RFCs say',
      '3.2.2':
        'At most a hundred failures in a row, then the authenticator is disabled until it is bound again',
      '4.1.2.1': 'Binding an authenticator takes authentication as strong as the account has',
      '4.2.1.1': 'Saved recovery codes: 64 bits or more, one use, replaced as a set',
      '4.2.1.2': 'Issued recovery codes: only to addresses that were confirmed',
      '4.2.2.1': 'An account without a second factor comes back with one recovery code',
      '4.2.2.2': 'An account with a second factor takes two classes of evidence; mail and SMS are one class',
      '4.2.3': 'Every recovery is told to every address',
      '4.6': 'Notices of what changed, sent beside the transaction, with a way to dispute',
    },
  },
  {
    name: 'OWASP ASVS 5.0.0',
    prefix: 'ASVS',
    clauses: {},
  },
  {
    name: 'RFC 9700, Best Current Practice for OAuth 2.0 Security',
    prefix: 'RFC9700',
    clauses: {},
  },
  {
    name: 'OWASP Forgot Password Cheat Sheet',
    prefix: 'FP',
    clauses: {
      'no-enumeration': 'The same answer, in the same time, for accounts that exist and those that do not',
      'rate-limit': 'Nobody can be flooded with messages',
      'side-channel': 'The proof travels by another channel than the request',
      'link-host': 'Links are built from settings, never from a request header',
      'single-use': 'Tokens and codes work once and run out',
      'no-lockout': 'An attack on recovery never locks the owner out of the account',
    },
  },
  {
    name: 'Advisories of others, as regressions of ours',
    prefix: '',
    clauses: {
      'GHSA-2wmj-46rj-qm2w': 'A reset link was built from a forwarded host',
      'GHSA-7h8m-vrxx-vr4m': 'Parallel checks were faster than the lockout',
      'CVE-2025-64102': 'A second factor could be guessed without end',
    },
  },
];
