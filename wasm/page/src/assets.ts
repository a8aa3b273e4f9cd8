// SPDX-License-Identifier: Apache-2.0
/** Where the parts of the page are. For the page as one file, the build uses assets.single.ts instead. */
export * from './assets.hosted';
