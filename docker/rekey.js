#!/usr/local/bin/node
// /usr/local/bin/rekey of the image leads here. By its path, so that a container needs neither a shell nor `env`.
import '../dist/apps/standalone/src/rekey.js';
