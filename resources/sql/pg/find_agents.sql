-- SPDX-License-Identifier: Apache-2.0
SELECT to_regclass('workspace_agents') IS NOT NULL
