import './message.entity.js';
import './sms-receipt.entity.js';
