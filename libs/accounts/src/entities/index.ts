import './account.entity.js';
import './address.entity.js';
import './authenticator.entity.js';
import './backup-code.entity.js';
import './known-network.entity.js';
