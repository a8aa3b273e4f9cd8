-- SPDX-License-Identifier: Apache-2.0
SELECT EXISTS (SELECT FROM workspace_agent_metadata)
