import './assist.entity.js';
import './former-password.entity.js';
import './idempotent-response.entity.js';
import { deleteMessagesWith } from '@rekey/outbox';
import { RecoveryEntity } from './recovery.entity.js';

deleteMessagesWith(RecoveryEntity);
