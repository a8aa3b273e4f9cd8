-- SPDX-License-Identifier: Apache-2.0
-- Who answers? A pooler gives its clients a process id of its own, not that of the server process.
SELECT pg_backend_pid()
