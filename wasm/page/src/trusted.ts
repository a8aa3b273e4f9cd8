// SPDX-License-Identifier: Apache-2.0
/** The one place that may name a script to load. The page's policy (trusted-types) refuses all others, and any markup. */

interface Policy {
  createScriptURL(url: string): string;
}
declare global {
  interface Window {
    trustedTypes?: { createPolicy(name: string, rules: Policy): Policy };
  }
}

const isOurs = (url: string) => url.startsWith('blob:') || new URL(url).origin === location.origin;
const rules: Policy = {
  createScriptURL(url) {
    if (!isOurs(url)) throw new TypeError('not a script of this page');
    return url;
  },
};
const policy = window.trustedTypes?.createPolicy('metabatch', rules) ?? rules;

export const scriptUrl = (url: string): string => policy.createScriptURL(url);
