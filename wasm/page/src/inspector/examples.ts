// SPDX-License-Identifier: Apache-2.0
/** What may be pasted, to look at without having any. The agents are those of docs/payload-format.md and made up. */

const chunk = 'AY8vHntUfBG//xwtPk9aawmy8fHntUTBGKbhwtPk9aaw';
const damaged = 'AAAAAAAAAAAAAAAAAAAAAAmy8fHntUTBGKbhwtPk9aaxpMxcTBhlS*CTY5oXVCC5GQmy8fHntUTBGKbhwtPk9aawpMx';

export const examples: [string, string][] = [
  ['A chunk', chunk],
  ['A line from psql', `Asynchronous notification "workspace_agent_metadata_batch" with payload "${chunk}" received from server process with PID 4711.\n`],
  [
    'A server log',
    `2026-01-02 03:04:05.678 UTC [9] coder@coder LOG:  statement: NOTIFY workspace_agent_metadata_batch, '${chunk}'
2026-01-02 03:04:05.912 UTC [9] coder@coder LOG:  execute <unnamed>: SELECT pg_notify($1, $2)
2026-01-02 03:04:05.912 UTC [9] coder@coder DETAIL:  parameters: $1 = 'workspace_agent_metadata_batch', $2 = 'my8fHntUTBGKbhwtPk9aaw'
2026-01-02 03:04:06.020 UTC [12] coder@coder LOG:  statement: NOTIFY "workspace_agent_metadata:9b2f1f1e-7b54-4c11-8a6e-1c2d3e4f5a6b", '{"collected_at":"2026-01-02T03:04:06.02Z","keys":["cpu","disk"]}'
2026-01-02 03:04:06.500 UTC [9] coder@coder LOG:  statement: NOTIFY workspace_agent_metadata_batch, '${chunk.slice(0, 40)}'
`,
  ],
  ['A damaged chunk', damaged],
  ['An older payload', '{"agent_ids":["018f2f1e-7b54-7c11-bfff-1c2d3e4f5a6b","9b2f1f1e-7b54-4c11-8a6e-1c2d3e4f5a6b"]}'],
  ['UUIDs, to encode', '018f2f1e-7b54-7c11-bfff-1c2d3e4f5a6b\n9b2f1f1e-7b54-4c11-8a6e-1c2d3e4f5a6b\n00000000-0000-0000-0000-000000000000\n'],
];
