import './message.entity.js';
