// SPDX-License-Identifier: Apache-2.0
/** Where the parts of the page are. The build takes assets.single.ts instead for the page as one file. */
export * from './assets.hosted';
