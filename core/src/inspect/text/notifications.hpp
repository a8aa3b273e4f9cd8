// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "inspect/text/statements.hpp"

/// Notifications as programs print them. As for statements: all of it, or nothing is changed.
namespace metabatch::inspecting {

/// `Asynchronous notification "..." with payload "..." received from server process with PID n.`
bool read_psql(Recorder& out, const Place& place);
/// The same in any of psql's languages, told by its two quoted parts, one of which names a channel
/// of ours; called at the first byte of a line.
bool read_translated_psql(Recorder& out, const Place& place);

/// `MSG subject sid [reply] bytes`, `PUB subject [reply] bytes`, `HMSG` and `HPUB` with headers,
/// the payload on the next line, as they travel; and `[#n] Received on "subject"`, as `nats sub`
/// prints them. Called where a line begins, also one in a string whose escapes were undone.
///
/// @source NATS protocol reference, client protocol
bool read_nats(Recorder& out, const Place& place);

}  // namespace metabatch::inspecting
