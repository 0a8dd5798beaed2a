#!/usr/local/bin/node
// /usr/local/bin/rekey of the image leads here. Node.js is named by its path, so that a container needs neither a shell nor `env`.
// The health check runs every half minute, so nothing else is loaded for it.
const [, , command, ...more] = process.argv;
const isCheck = command === 'health' && more.length === 0;
await import(isCheck ? './health.js' : '../dist/apps/standalone/src/rekey.js');
