import type { Provider } from '@nestjs/common';
import { type Anchor, AuditSealer, openAnchor, unsealedSeconds } from '@rekey/audit';
import { Database } from '@rekey/database';
import { CLOCK, SETTINGS } from '@rekey/http';
import type { Clock } from '@rekey/kernel';
import type { Settings } from '@rekey/settings';
import { Telemetry } from '@rekey/telemetry';

export const AUDIT = Symbol('Audit');

/** What seals the audit, and where its heads go. */
export interface Audit {
  sealer: AuditSealer;
  anchors: readonly Anchor[];
}

export const auditProvider: Provider = {
  provide: AUDIT,
  inject: [Database, CLOCK, SETTINGS, Telemetry],
  useFactory: (database: Database, clock: Clock, settings: Settings, telemetry: Telemetry): Audit => {
    telemetry.gauge('audit_unsealed_age_seconds', async () => [
      { labels: {}, value: await unsealedSeconds(database) },
    ]);
    return {
      sealer: new AuditSealer({ database, clock, keyring: settings.keyring }),
      anchors: settings.auditAnchors.map(openAnchor),
    };
  },
};
