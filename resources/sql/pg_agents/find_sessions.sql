-- SPDX-License-Identifier: Apache-2.0
-- The sessions of people with these ids, as the control plane accepts them: not expired, of an
-- active user, and not limited to something else than reading workspaces. Columns that only some
-- versions have mean the ones outside where they are missing.
SELECT k.id, pg_catalog.encode(k.hashed_secret, 'hex'::pg_catalog.text) AS hashed_secret, k.user_id,
       (EXTRACT(EPOCH FROM k.expires_at OPERATOR(pg_catalog.-) pg_catalog.now()) OPERATOR(pg_catalog.*) 1000)::pg_catalog.int8 AS valid_ms,
       coalesce('owner'::pg_catalog.text OPERATOR(pg_catalog.=) ANY (u.rbac_roles::pg_catalog.text[]), false) AS sees_all
  FROM (VALUES (NULL::pg_catalog.text, NULL::pg_catalog.text[], NULL::pg_catalog.text[])) AS otherwise (scope, scopes, allow_list)
 CROSS JOIN LATERAL (
   SELECT id, hashed_secret, user_id, expires_at, scope::pg_catalog.text AS one_scope, scopes::pg_catalog.text[] AS all_scopes,
          allow_list::pg_catalog.text[] AS allowed
     FROM api_keys WHERE id OPERATOR(pg_catalog.=) ANY ($1::pg_catalog.text[])) AS k
  JOIN users AS u ON u.id OPERATOR(pg_catalog.=) k.user_id
 WHERE k.expires_at OPERATOR(pg_catalog.>) pg_catalog.now()
   AND u.status::pg_catalog.text OPERATOR(pg_catalog.=) 'active'::pg_catalog.text AND NOT u.deleted
   AND (k.one_scope IS NULL OR k.one_scope OPERATOR(pg_catalog.=) 'all'::pg_catalog.text)
   AND (k.all_scopes IS NULL
        OR k.all_scopes OPERATOR(pg_catalog.&&) ARRAY['coder:all', 'workspace:*', 'workspace:read']::pg_catalog.text[])
   AND (k.allowed IS NULL OR k.allowed OPERATOR(pg_catalog.&&) ARRAY['*', '*:*', 'workspace:*']::pg_catalog.text[])
