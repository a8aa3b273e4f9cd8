// SPDX-License-Identifier: Apache-2.0
// Builds the page: build.mjs WASM SITE. The site has an index.html and files named by what is in
// them, and metabatch.html, the same page as one file for opening from disk.
import { createHash } from 'node:crypto';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

import { build } from 'esbuild';

import { presets } from './presets.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const [wasmPath, site] = process.argv.slice(2).map((path) => resolve(path));
if (!site) throw new Error('usage: build.mjs WASM SITE');

const hashOf = (content) => createHash('sha256').update(content).digest('hex').slice(0, 12);
const policyHash = (content) => `'sha256-${createHash('sha256').update(content).digest('base64')}'`;

/** Makes one script without imports, which runs as a classic script, in a Worker and from a blob. */
async function bundle(entry, options = {}) {
  const result = await build({
    entryPoints: [join(here, entry)], bundle: true, write: false, minify: true, format: 'iife', target: 'es2022', legalComments: 'none',
    absWorkingDir: here, logLevel: 'warning', ...options,
  });
  return result.outputFiles[0].text;
}

/** Takes the other assets, and puts the parts into the script. */
function inside(parts) {
  return {
    name: 'inside',
    setup(setup) {
      setup.onResolve({ filter: /\/assets\.hosted$/ }, () => ({ path: join(here, 'src/assets.single.ts') }));
      setup.onResolve({ filter: /^(metabatch\.wasm|worker\.js)$/ }, ({ path }) => ({ path, namespace: 'inside' }));
      setup.onLoad({ filter: /.*/, namespace: 'inside' }, ({ path }) => parts[path]);
    },
  };
}

// Whatever a page is asked to run, load or send: its own script, style, Worker and module, and
// nothing else.
function policy(script, style, worker, own) {
  const rules = [
    "default-src 'none'", `script-src ${script} 'wasm-unsafe-eval'`, `style-src ${style}`, `worker-src ${worker}`, `img-src ${own} data: blob:`,
    `connect-src ${own}`, `manifest-src ${own}`, "base-uri 'none'", "form-action 'none'", "require-trusted-types-for 'script'", 'trusted-types metabatch',
  ];
  return rules.join('; ');
}
const page = (template, content, head, notice) => template.replace('%POLICY%', () => content).replace('%HEAD%', () => head).replace('%NOTICE%', () => notice);

const wasm = await readFile(wasmPath);
const template = await readFile(join(here, 'index.html'), 'utf8');
const icon = await readFile(join(here, 'icon.svg'));
const style = await bundle('style/page.css', { format: undefined });
const worker = await bundle('src/worker.ts');

const names = { wasm: `metabatch-${hashOf(wasm)}.wasm`, worker: `worker-${hashOf(worker)}.js`, style: `page-${hashOf(style)}.css`, icon: `icon-${hashOf(icon)}.svg` };
const scenarios = { PRESETS: JSON.stringify(await presets(join(here, '../../resources/scenarios'))) };
const main = await bundle('src/main.ts', { define: { ...scenarios, WORKER_FILE: JSON.stringify(names.worker), WASM_FILE: JSON.stringify(names.wasm) } });
names.main = `page-${hashOf(main)}.js`;

const manifest = JSON.stringify({
  name: 'metabatch', short_name: 'metabatch', description: 'Reads NOTIFY payloads of agent metadata.', start_url: './', scope: './', display: 'standalone',
  background_color: '#f4f6f8', theme_color: '#12507f', icons: [{ src: names.icon, sizes: 'any', type: 'image/svg+xml' }],
});
const index = page(template, policy("'self'", "'self'", "'self'", "'self'"), [
  `<link rel="icon" href="${names.icon}" type="image/svg+xml">`, '<link rel="manifest" href="manifest.webmanifest">',
  `<link rel="stylesheet" href="${names.style}">`, `<script defer src="${names.main}"></script>`,
].join('\n'), '<p class="as-file">This page was opened as a file, and needs a server. The same page as one file is metabatch.html, beside it.</p>\n');
const kept = ['index.html', 'manifest.webmanifest', ...Object.values(names)];
const offline = await bundle('src/sw.ts', { define: { FILES: JSON.stringify(kept), BUILD: JSON.stringify(hashOf(index + kept)) } });

const single = await bundle('src/main.ts', {
  define: scenarios,
  plugins: [inside({ 'metabatch.wasm': { contents: wasm, loader: 'binary' }, 'worker.js': { contents: worker, loader: 'text' } })],
});
if (/<\/script|<!--/i.test(single) || /<\/style/i.test(style)) throw new Error('the single file would end its own script or style early');
const one = page(template, policy(policyHash(single), policyHash(style), 'blob:', "'none'").replaceAll("'none' data:", 'data:'), [
  `<link rel="icon" href="data:image/svg+xml;base64,${icon.toString('base64')}">`, `<style>${style}</style>`,
].join('\n'), '').replace('</body>', () => `<script>${single}</script>\n</body>`);

await rm(site, { recursive: true, force: true });
await mkdir(site, { recursive: true });
const files = { [names.wasm]: wasm, [names.worker]: worker, [names.style]: style, [names.icon]: icon, [names.main]: main, 'manifest.webmanifest': manifest, 'index.html': index, 'sw.js': offline, 'metabatch.html': one };
await Promise.all(Object.entries(files).map(([name, content]) => writeFile(join(site, name), content)));
