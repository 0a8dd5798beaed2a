import './former-password.entity.js';
import './idempotent-response.entity.js';
import './recovery.entity.js';
