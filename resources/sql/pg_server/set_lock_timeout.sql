-- SPDX-License-Identifier: Apache-2.0
-- For this transaction only.
SELECT pg_catalog.set_config('lock_timeout'::pg_catalog.text, $1::pg_catalog.text, true)
