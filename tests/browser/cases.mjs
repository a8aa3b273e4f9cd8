// SPDX-License-Identifier: Apache-2.0
/** What is pasted; never what should come of it: that is asked of the native program. Coverage of every form, wrapping, channel,
 *  kind, verdict and remark is checked by the test that uses them. */
import { gzipSync } from 'node:zlib';

const uuid = '9b2f1f1e-7b54-4c11-8a6e-1c2d3e4f5a6b';
const hex = uuid.replaceAll('-', '');
const id = 'my8fHntUTBGKbhwtPk9aaw';
const other = 'pMxcTBhlS+CTY5oXVCC5GQ';
const nil = 'A'.repeat(22);
const batch = 'workspace_agent_metadata_batch';
const psql = (channel, payload) => `Asynchronous notification "${channel}"${payload === undefined ? '' : ` with payload "${payload}"`} received from server process with PID 12.`;
const log = (rest) => `2026-01-02 03:04:05.678 UTC [9] coder LOG:  ${rest}`;
const raw = Buffer.from(hex, 'hex');

export const cases = {
  'prose': 'Please notify people that nothing of this is a payload',
  'blanks': ' \t\n\n ',
  'chunk': id + other,
  'chunk, line end behind': `${id}\n`,
  'chunk, not canonical': `${id.slice(0, 21)}x`,
  'chunk, cut': id + other.slice(0, 20),
  'chunk, bad symbol': `${id}pMxcTBhlS*CTY5oXVCC5GQ${id}`,
  'chunk with all problems': `${nil}${id.slice(0, 21)}xpMxcTBhlS*CTY5oXVCC5GQ${id}pMx`,
  'chunk, bad symbol that is two bytes': `${id}pMxcTBhlSéTY5oXVCC5GQ${id}`,
  'chunk, over the limit': id.repeat(364),
  'raw hex': hex + hex,
  'raw hex, cut': hex + hex.slice(0, 8),
  'bytea': `\\x${hex}`,
  'bytea, bad digit': `\\x${hex.slice(0, 31)}g${hex}`,
  'binary': raw,
  'binary, cut': Buffer.concat([raw, raw, Buffer.from('x')]),
  'ids JSON': `{"agent_ids":["${uuid}"]}`,
  'ids JSON, bad id': `{"agent_ids":["${uuid}","no"]}`,
  'ids JSON, cut': `{"agent_ids":["${uuid}","9b`,
  'agent JSON': '{"collected_at":"2026-01-02T03:04:05Z","keys":["cpu"],"more":7}',
  'channel and agent JSON': `workspace_agent_metadata:${uuid} {"keys":["cpu"]}`,
  'psql': psql(batch, id),
  'psql, cut': `Asynchronous notification "${batch}" with payload "${id}`,
  'psql, beat': psql('pubsub_watchdog'),
  'psql, probe': psql(`latency-measure:${uuid}`, uuid),
  'psql, another channel': psql('x', 'hello'),
  'psql, another channel, no payload': psql('x'),
  'NOTIFY': `NOTIFY ${batch}, '${id}';`,
  'notify, quoted channel': `notify "workspace_agent_metadata:${uuid}" , '{"keys":["o''b"]}'`,
  'NOTIFY, not closed': `NOTIFY ${batch}, '${id}`,
  'pg_notify': `SELECT pg_notify('${batch}', '${id}${other}');`,
  'pg_notify, escapes': `select pg_notify('x',E'\\\\x${hex}')`,
  'log, statement': log(`statement: NOTIFY ${batch}, '${id}'`),
  'log, parameters': `2026-01-02 03:04:05.678 UTC [9] DETAIL:  parameters: $1 = '${batch}', $2 = '${id}'`,
  'list': `${uuid}\n${hex}\r\n{${uuid}}, urn:uuid:${uuid}\n`,
  'list with nil': `["${uuid}","00000000-0000-0000-0000-000000000000"]`,
  'list, not RFC': '9b2f1f1e-7b54-4c11-ca6e-1c2d3e4f5a6b',
  'list with the Max UUID': `${uuid} ffffffff-ffff-ffff-ffff-ffffffffffff`,
  'list, a version that is not defined': '9b2f1f1e-7b54-0c11-8a6e-1c2d3e4f5a6b',
  'chunk with padding': `${id}==`,
  'NATS': `[#1] Received on "${batch}"\n${id}\n`,
  'UTF-16': Buffer.from(`\ufeff${uuid}\r\n`, 'utf16le'),
  'UTF-32': Buffer.concat([...`\ufeff${uuid}\n`].map((character) => Buffer.from([character.charCodeAt(0) & 255, character.charCodeAt(0) >> 8, 0, 0]))),
  'gzip': gzipSync(`${uuid}\n${id}${other}\n`),
  'gzip, cut': gzipSync(`${uuid}\n`.repeat(50)).subarray(0, 70),
  'zip': Buffer.from('504b0304140000000800000021005f', 'hex'),
  'probe': `latency-measure:${uuid}`,
  'probe, bad': 'latency-measure:9b2',
  'beat': 'pubsub_watchdog',
  'batch channel and damaged chunk': `${batch}: ${id}!`,
  'text that is not ASCII': `größer ↵ ${uuid} 𝄞\n`,
  'several': `first\n${id}\n${id}${other}\nNOTIFY x, '${other}'\n${uuid}\n${psql('pubsub_watchdog')}\n${log(`statement: NOTIFY ${batch}, '${id}${other.slice(3)}'`)}\n`,
};

/** Text that would do harm if any of it were taken for markup, an address or code. */
export const hostile = [
  '<script>window.harmed = 1</script>',
  '<img src=x onerror="window.harmed = 1">',
  '"><svg onload=window.harmed=1>',
  "';window.harmed=1;//",
  '<iframe srcdoc="<script>parent.harmed=1</script>"></iframe>',
  '</textarea><script>window.harmed=1</script>',
  '<style>@import url(https://example.org/x.css)</style>',
  '<link rel=stylesheet href=//example.org/x.css><base href=https://example.org/>',
  '<meta http-equiv=refresh content="0;url=https://example.org/">',
  'javascript:window.harmed=1',
  '{{constructor.constructor("window.harmed=1")()}}${window.harmed=1}',
  '<math><mtext></mtext><mglyph><style><!--</style><img title="--><img src=1 onerror=window.harmed=1>">',
  `{"agent_ids":["<img src=x onerror=window.harmed=1>","${uuid}"]}`,
  '{"collected_at":"<script>window.harmed=1</script>","keys":["<img src=x onerror=window.harmed=1>","__proto__","constructor"]}',
  psql('<img src=x onerror=window.harmed=1>', '"><script>window.harmed=1</script>'),
  `NOTIFY "<b onmouseover=window.harmed=1>", '<svg/onload=window.harmed=1>'`,
  log('<script>window.harmed=1</script>'),
  `workspace_agent_metadata:<img src=x onerror=window.harmed=1>`,
  `latency-measure:"><script>window.harmed=1</script>`,
  '\u202e<script>window.harmed=1</script>\u2066\u0000\u001b[31m',
];
