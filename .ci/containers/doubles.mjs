import { createServer } from 'node:http';
import { simpleParser } from 'mailparser';
import { SMTPServer } from 'smtp-server';

/**
 * The outside of a deployment: a mail server and Twilio's API for messages, which keep what they get.
 *
 * @param {{ host: string, smtpPort: number, twilioPort: number }} at
 * @returns {Promise<{ textsTo: (to: string) => string[], close: () => void }>} `textsTo`: what came to an address, oldest first
 */
export async function startDoubles({ host, smtpPort, twilioPort }) {
  const messages = [];
  const smtp = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    onData: async (stream, { envelope }, done) => {
      const { text } = await simpleParser(stream);
      messages.push({ to: envelope.rcptTo.map(({ address }) => address), text });
      done();
    },
  });
  const twilio = createServer(async (request, response) => {
    let body = '';
    for await (const part of request) body += part;
    const sms = new URLSearchParams(body);
    messages.push({ to: [sms.get('To')], text: sms.get('Body') });
    const sid = `SM${String(messages.length).padStart(32, '0')}`;
    response.writeHead(201, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ sid, status: 'accepted', num_segments: '1' }));
  });
  await new Promise((resolve) => smtp.listen(smtpPort, host, resolve));
  await new Promise((resolve) => twilio.listen(twilioPort, host, resolve));
  return {
    textsTo: (to) => messages.filter((message) => message.to.includes(to)).map(({ text }) => text),
    close() {
      smtp.close();
      twilio.close();
      twilio.closeAllConnections();
    },
  };
}
