import { join } from 'node:path';
import { defineConfig } from 'vite';

const here = import.meta.dirname;

/** The console's web app. `build.mjs` runs it with the folder to write to. */
export default defineConfig({
  root: here,
  // Nothing is copied as it is: every file of the app has a name that changes with its content.
  publicDir: false,
  // Beside the compiler's other notes, and not among the sources.
  cacheDir: join(here, '../../../dist/.vite'),
  build: {
    target: 'es2023',
    // An image or a font as `data:` would need a wider Content-Security-Policy.
    assetsInlineLimit: 0,
    // One style sheet: no screen waits for its own.
    cssCodeSplit: false,
    modulePreload: { polyfill: false },
    manifest: 'manifest.json',
    reportCompressedSize: false,
    rolldownOptions: {
      output: {
        codeSplitting: {
          // What each screen needs is two files, and not one for each module that two screens have in common.
          groups: [
            {
              name: 'packages',
              test: /node_modules[\\/](@?tanstack|@?react|@?internationalized|@?formatjs|intl)/,
            },
            {
              name: 'components',
              test: /web[\\/]src[\\/](components|session|api|[\w-]+\.ts$|language[\\/].*\.tsx?$)/,
            },
          ],
        },
      },
      // "use client" is for servers that render React; this app has none.
      onLog: (level, log, write) => log.code === 'MODULE_LEVEL_DIRECTIVE' || write(level, log),
    },
  },
});
