// SPDX-License-Identifier: Apache-2.0
// Serves a folder on loopback, as any static server would: serve.mjs FOLDER [PORT]. Nothing of the
// page depends on it.
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { createServer } from 'node:http';
import { extname, join, normalize, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const types = {
  '.html': 'text/html; charset=utf-8', '.js': 'text/javascript', '.css': 'text/css', '.svg': 'image/svg+xml', '.wasm': 'application/wasm',
  '.webmanifest': 'application/manifest+json',
};

/** The server and its address; port 0 takes a free one. */
export async function serve(folder, port = 0) {
  const root = resolve(folder);
  const server = createServer(async (request, response) => {
    const path = normalize(decodeURIComponent(new URL(request.url, 'http://localhost').pathname));
    const file = join(root, path.endsWith('/') ? `${path}index.html` : path);
    const found = file.startsWith(root) && (await stat(file).then((entry) => entry.isFile(), () => false));
    response.writeHead(found ? 200 : 404, { 'content-type': found ? (types[extname(file)] ?? 'application/octet-stream') : 'text/plain', 'cache-control': 'no-cache' });
    if (!found) return response.end('not found\n');
    createReadStream(file).pipe(response);
  });
  await new Promise((resolved, reject) => server.once('error', reject).listen(port, '127.0.0.1', resolved));
  return { server, address: `http://127.0.0.1:${server.address().port}/` };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { address } = await serve(process.argv[2], Number(process.argv[3] ?? 0));
  console.log(`${address}  (Ctrl-C ends it)`);
}
