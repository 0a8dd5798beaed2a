import './override-request.entity.js';
import './staff-challenge.entity.js';
import './staff-invitation.entity.js';
import './staff-member.entity.js';
import './staff-passkey.entity.js';
import './staff-session.entity.js';
