import { SetMetadata } from '@nestjs/common';

/** Says that a controller or a handler is open by design. A rule of test/house refuses one with neither this nor a guard. */
export const Public = () => SetMetadata('rekey:public', true);
