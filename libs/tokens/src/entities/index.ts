import './authorization-code.entity.js';
import './client.entity.js';
import './device-code.entity.js';
import './refresh-token.entity.js';
import './session.entity.js';
import './signing-key.entity.js';
import './used-token-id.entity.js';
