// SPDX-License-Identifier: Apache-2.0
declare module 'metabatch.wasm' {
  const bytes: Uint8Array<ArrayBuffer>;
  export default bytes;
}
declare module 'worker.js' {
  const text: string;
  export default text;
}
