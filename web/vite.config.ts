import { existsSync } from 'node:fs';
import { defineConfig, type Plugin } from 'vite';
import { contentSecurityPolicy } from './csp.ts';

/** Files other build steps make; a clear word beats a resolver's stack trace. */
function requireGenerated(): Plugin {
  const generated = {
    'wasm/parser_wasm.js': 'make wasm',
    'sample/sample.log.gz': 'make web',
  };
  return {
    name: 'require-generated',
    apply: 'build',
    buildStart() {
      for (const [file, command] of Object.entries(generated)) {
        if (!existsSync(new URL(file, import.meta.url))) {
          this.error(`web/${file} is missing: run \`${command}\` in the repository's root`);
        }
      }
    },
  };
}

export default defineConfig({
  base: './',
  // The rules for user agents lie beside the parser.
  server: { fs: { allow: ['..'] } },
  plugins: [requireGenerated(), contentSecurityPolicy()],
  build: {
    target: 'es2022',
    // No preload: every chunk is asked for once, by the code that needs it.
    modulePreload: false,
    chunkSizeWarningLimit: 1024,
  },
});
