import { Inject, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { CONTEXT, LOG, type Log } from '@rekey/http';
import type { StaffContext } from '@rekey/staff';

/** Says at each start whether the console has a demo entry: nobody should have to guess. */
@Injectable()
export class DemoEntry implements OnApplicationBootstrap {
  constructor(
    @Inject(CONTEXT) private readonly context: StaffContext,
    @Inject(LOG) private readonly log: Log,
  ) {}

  onApplicationBootstrap(): void {
    const { offersDemo, url } = this.context.place;
    if (offersDemo) this.log.info({ url }, 'demo entry: anybody on this machine may enter the console');
    else this.log.info({ url }, 'demo entry: off; staff sign in with a passkey');
  }
}
