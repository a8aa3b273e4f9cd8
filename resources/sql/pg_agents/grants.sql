-- SPDX-License-Identifier: Apache-2.0
-- Agents and their tokens, in a database without a control plane. The service reads them: metabatch
-- serve.
GRANT SELECT (id, auth_token) ON workspace_agents TO metabatch_writer;
-- Who registers agents adds, lists and removes them: metabatch agents.
GRANT SELECT, INSERT, UPDATE (auth_token), DELETE ON workspace_agents TO metabatch_registrar;
GRANT UPDATE (display_name, script, interval, timeout, display_order) ON workspace_agent_metadata TO metabatch_registrar;
