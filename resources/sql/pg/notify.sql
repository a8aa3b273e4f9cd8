-- SPDX-License-Identifier: Apache-2.0
SELECT pg_catalog.pg_notify($1::pg_catalog.text, $2::pg_catalog.text)
