// SPDX-License-Identifier: Apache-2.0
/** Keeps the files of one build, and answers with nothing else. A new build waits until no tab shows the old one. */
declare const self: ServiceWorkerGlobalScope;
declare const FILES: string[];
declare const BUILD: string;

const name = `metabatch ${BUILD}`;

self.addEventListener('install', (event) => {
  event.waitUntil(caches.open(name).then((cache) => cache.addAll(FILES.map((file) => new Request(file, { cache: 'reload' })))));
});

self.addEventListener('activate', (event) => {
  const stale = (key: string) => key.startsWith('metabatch ') && key !== name;
  event.waitUntil(caches.keys().then((keys) => Promise.all(keys.filter(stale).map((key) => caches.delete(key)))));
});

self.addEventListener('fetch', (event) => {
  const { request } = event;
  if (request.method !== 'GET' || new URL(request.url).origin !== self.location.origin) return;
  const wanted = request.mode === 'navigate' && isRoot(request.url) ? 'index.html' : request;
  event.respondWith(caches.open(name).then(async (cache) => (await cache.match(wanted)) ?? fetch(request)));
});

function isRoot(url: string): boolean {
  return new URL(url).pathname === new URL('./', self.location.href).pathname;
}

export {};
