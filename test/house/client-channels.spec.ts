import type { StartRequest } from '@rekey/client';
import { channels } from '@rekey/kernel';

/** The SDK imports nothing of the service, so it has a list of its own. */
test('the SDK and the service know the same channels', () => {
  // The compiler asks for each channel of the SDK, and for no other one.
  const ofTheSdk: Record<NonNullable<StartRequest['channel']>, true> = { email: true, sms: true };
  expect(Object.keys(ofTheSdk).sort()).toEqual([...channels].sort());
});
