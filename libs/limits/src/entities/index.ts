import './failed-attempt.entity.js';
import './guess-odds.entity.js';
import './limit-counter.entity.js';
import './sms-prefix.entity.js';
import './sms-reservation.entity.js';
import './sms-spending.entity.js';
import './sms-traffic.entity.js';
