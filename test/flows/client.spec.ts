import { type Client, memoryStorage, type Recovery, type TokenStorage } from '@rekey/client';
import { decodeProtectedHeader } from 'jose';
import { ClientStage } from './client-stage.js';
import { password, people } from './people.js';
import { codeIn, until, useRekey } from './rekey.js';
import { type ResourceServer, startResourceServer } from './resource-server.js';
import { signingOf } from './signing.js';

/** The SDK in Node.js, against the real issuer. Its clock is the issuer's, or a wrong one. */
describe('the client', () => {
  const rekey = useRekey();
  const who = people(rekey);
  let api: ResourceServer;
  let resource: string;
  let stage: ClientStage;
  beforeAll(async () => {
    api = await startResourceServer(rekey, who);
    resource = api.url;
    stage = new ClientStage(rekey, who, api);
  });
  afterAll(async () => {
    api.close();
  });
  beforeEach(() => stage.next());

  const tamper = async (storage: TokenStorage) => {
    const tokens = await storage.load();
    await storage.save(tokens && { ...tokens, access_token: 'tampered' });
  };
  const recover = async (recovery: Recovery, to: string) => {
    const message = await until('a code', async () => (await rekey.codes(to))[0]);
    expect((await recovery.prove(codeIn(message))).state).toBe('proven');
    await recovery.complete();
  };

  test("renews at 80 % of the token's life, once for a hundred requests at once, and sends the fresh token", async () => {
    const client = await stage.signedIn('fresh');
    expect(await stage.ask(client)).toBe(200);
    rekey.clock.advance(479_000);
    expect(await stage.ask(client)).toBe(200);
    expect(stage.renewals).toBe(0);
    rekey.clock.advance(2_000);
    const statuses = await Promise.all(Array.from({ length: 100 }, () => stage.ask(client)));
    expect(new Set(statuses)).toEqual(new Set([200]));
    expect(stage.renewals).toBe(1);
    expect(new Set(api.seen.slice(-100).map(({ authorization }) => authorization)).size).toBe(1);
  });

  test('is known after a sign-in: strangers neither delay it nor use up its codes', async () => {
    const storage = stage.tabs();
    const client = await stage.signedIn('seen', { storage: storage() });
    const to = 'seen@example.com';
    await client.signOut();
    const stranger = stage.open();
    for (let n = 0; n < 5; n++)
      await expect(stranger.signIn({ identifier: to, password: 'a guess that is wrong' })).rejects.toThrow();
    for (let n = 0; n < 6; n++) await stranger.startRecovery({ identifier: to });
    await rekey.idle();
    const before = (await rekey.codes(to)).length;
    await expect(stage.signIn(stranger, 'seen')).rejects.toMatchObject({ code: 'rate_limited' });
    await stage.signIn(client, 'seen');
    await client.startRecovery({ identifier: to });
    await rekey.idle();
    expect(await rekey.codes(to)).toHaveLength(before + 1);
  });

  test('two clients over one storage, as tabs without Web Locks, keep one session', async () => {
    const storage = memoryStorage();
    const one = await stage.signedIn('tabs', { storage });
    const other = stage.open({ storage });
    rekey.clock.advance(500_000);
    expect(await Promise.all([stage.ask(one), stage.ask(other), stage.ask(one), stage.ask(other)])).toEqual([
      200, 200, 200, 200,
    ]);
    rekey.clock.advance(20_000);
    expect(await Promise.all([stage.ask(one), stage.ask(other)])).toEqual([200, 200]);
  });

  test('a 401 causes one renewal and one repeat with the same body; a second 401 is returned', async () => {
    const client = await stage.signedIn('repeat');
    const storage = memoryStorage();
    const wrong = stage.open({ storage });
    await wrong.signIn({ identifier: 'repeat@example.com', password });
    await tamper(storage);
    expect(await stage.ask(wrong, { method: 'POST', body: 'hello' })).toBe(200);
    expect(api.seen.map(({ body }) => body)).toEqual(['hello', 'hello']);
    expect(stage.renewals).toBe(1);
    expect(await stage.ask(client)).toBe(200);
    const stream = new ReadableStream({
      start(controller) {
        controller.enqueue(new TextEncoder().encode('once'));
        controller.close();
      },
    });
    await tamper(storage);
    expect(await stage.ask(wrong, { method: 'POST', body: stream, duplex: 'half' } as RequestInit)).toBe(401);
  });

  test('works on a device whose clock is wrong by hours', async () => {
    for (const skew of [-5, 5].map((hours) => hours * 3_600_000)) {
      const client = await stage.signedIn('skewed', { now: () => rekey.clock.now() + skew });
      expect(await stage.ask(client)).toBe(200);
      rekey.clock.advance(590_000);
      expect(await stage.ask(client)).toBe(200);
    }
    expect(stage.renewals).toBe(2);
  });

  test('waits while the network is down, and continues with the same session', async () => {
    const client = await stage.signedIn('network');
    rekey.clock.advance(700_000);
    stage.meddle = ClientStage.away;
    const asked = stage.ask(client);
    await until('some tries', async () => (stage.renewals > 3 ? true : undefined));
    stage.meddle = ClientStage.through;
    expect(await asked).toBe(200);
  });

  test('works through rotations of the signing keys', async () => {
    const client = await stage.signedIn('keys');
    const keys = await signingOf(rekey);
    const used = new Set<string>();
    for (let n = 0; n < 70; n++) {
      rekey.clock.advance(86_400_000);
      await keys.rotate();
      expect(await stage.ask(client)).toBe(200);
      used.add(
        decodeProtectedHeader((api.seen.at(-1)?.authorization ?? '').replace('Bearer ', '')).kid ?? '',
      );
    }
    expect(used.size).toBe(3);
  });

  test('after a revocation the app is asked once, and waiting requests succeed after the recovery', async () => {
    const causes: unknown[] = [];
    const client: Client = await stage.signedIn('revoked', {
      onRecovery: async (cause) => {
        causes.push(cause);
        const recovery = await client.startRecovery({ identifier: 'revoked@example.com' });
        expect(recovery.view.methods).toContain('code');
        await recover(recovery, 'revoked@example.com');
      },
    });
    // The account is disabled and enabled again: every earlier session has ended.
    await who.put('revoked', { status: 'disabled' });
    await who.put('revoked');
    rekey.clock.advance(60_000);
    const statuses = await Promise.all(Array.from({ length: 12 }, () => stage.ask(client)));
    expect(new Set(statuses)).toEqual(new Set([200]));
    expect(causes).toEqual([{ error: 'invalid_grant', description: expect.any(String) }]);
  });

  test('without a recovery, waiting requests fail with the reason', async () => {
    const client = await stage.signedIn('nobody', { onRecovery: () => false });
    await client.signOut();
    await expect(stage.ask(client)).rejects.toMatchObject({ code: 'signed_out' });
    await expect(stage.ask(stage.open())).rejects.toMatchObject({ code: 'signed_out' });
    expect(await client.isSignedIn()).toBe(false);
  });

  test('refusals have the code and body of the service', async () => {
    const client = await stage.signedIn('words');
    await expect(client.signIn({ identifier: 'words@example.com', password: 'x' })).rejects.toMatchObject({
      code: 'unauthorized',
      status: 401,
    });
    const recovery = await client.startRecovery({ identifier: 'words@example.com' });
    await expect(recovery.prove('00000000')).rejects.toMatchObject({
      code: 'wrong_proof',
      body: { tries_left: 4 },
    });
    await expect(recovery.sendCode()).rejects.toMatchObject({ code: 'resend_too_soon' });
    const resumed = await stage.open().resumeRecovery(recovery.reference);
    expect(resumed.view.state).toBe('proving');
    await expect(resumed.complete()).rejects.toMatchObject({
      code: 'not_proven',
      methods: ['code', 'backup_code'],
    });
    await resumed.cancel();
    await expect(recovery.prove('00000000')).rejects.toMatchObject({ code: 'recovery_closed' });
    await expect(client.startRecovery({ identifier: '' })).rejects.toMatchObject({ code: 'invalid_request' });
  });

  test('a token is sent to the configured origins only', async () => {
    const client = await stage.signedIn('origins', { resources: [] });
    await client.fetch(`${resource}/me`);
    expect(api.seen.map(({ authorization }) => authorization)).toEqual(['']);
  });
});
