// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "inspect/bytes/byte_source.hpp"
#include "inspect/span_recorder.hpp"

/// Payloads whose ends are known. Each function covers its whole source.
namespace metabatch::inspecting {

/// Fills the open finding from a payload and sets its form.
void read_payload(Recorder& out, const Source& payload, Channel channel);
/// As 22 symbols an id. Where bytes were lost or added, the ids behind them are found again.
void read_chunk(Recorder& out, const Source& payload);
/// The same for one whose ends are known: the padding behind it, and the dots of what was cut, are
/// no symbols of it.
void read_bounded_chunk(Recorder& out, const Source& payload);
/// As 32 hex digits an id, from `from` on.
void read_hex(Recorder& out, const Source& payload, std::size_t from, Form form);

/// Emits the name of a channel, a UUID in it as an id. A NATS subject names one too:
/// `coder.v1.pubsub.` and the name, `.` in place of `:`.
Channel read_channel(Recorder& out, const Source& name);
Channel channel_of(std::string_view name);

/// Where the payload that begins at `from` closes in a later line: it has line ends in it. npos: it
/// does not. Ids that go on behind a line end were wrapped, by a terminal or a mail.
std::size_t close_behind_line(const Source& input, std::size_t from, std::size_t line_end, std::string_view close);

/// Do hex digits stand for printable ASCII? Then they are no ids: 16 random bytes are printable in
/// 1 of 10 million cases.
bool is_hex_of_text(std::string_view digits);

}  // namespace metabatch::inspecting
