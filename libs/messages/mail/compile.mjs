// Compiles the mails into the generated module that the service ships. MJML itself is only needed here. Run: npm run mails
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import mjml2html from 'mjml';

const here = (name) => fileURLToPath(new URL(name, import.meta.url));

/** @returns the TypeScript module that holds the compiled mails */
export async function compileMails() {
  const mails = {};
  for (const kind of ['recovery-code', 'recovery-completed', 'authenticators-changed']) {
    const source = readFileSync(here(`${kind}.mjml`), 'utf8');
    const { html, errors } = await mjml2html(source, {
      filePath: here(`${kind}.mjml`),
      ignoreIncludes: false,
      allowIncludes: true,
      includePath: here('.'),
      validationLevel: 'strict',
      // Remote fonts would reveal to their host that the mail was opened.
      fonts: {},
    });
    if (errors?.length) throw new Error(errors.map((error) => error.formattedMessage).join('\n'));
    mails[kind.replace('-', '_')] = html.replace(/^\s+/gm, '').trim();
  }
  return `// Written by "npm run mails" from libs/messages/mail. Do not edit.\nexport const mails = ${JSON.stringify(mails, null, 2)};\n`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  writeFileSync(here('../src/mails.generated.ts'), await compileMails());
}
