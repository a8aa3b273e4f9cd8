// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "metabatch/chunks.hpp"
#include "support/vec.hpp"

/// Runs each kind of case of uuids.vec and chunks.vec in core; used by the suites and by the
/// selfcheck.
namespace metabatch::tests {

struct Outcome {
  std::string computed;  ///< core's result
  std::string wrong;     ///< empty when that is the expected result
};

inline Outcome compared(std::string computed, const std::string& expected) {
  std::string wrong = computed == expected ? std::string() : "got " + computed + ", not " + expected;
  return {std::move(computed), std::move(wrong)};
}

inline std::string hex_of(const Uuid& id) {
  std::string text;
  for (const std::uint8_t byte : id.bytes) {
    text += "0123456789abcdef"[byte >> 4];
    text += "0123456789abcdef"[byte & 0xf];
  }
  return text;
}

inline Uuid id_of(const std::string& hex) {
  Uuid id;
  for (std::size_t i = 0; i < 16; ++i)
    id.bytes[i] = static_cast<std::uint8_t>(std::stoi(hex.substr(2 * i, 2), nullptr, 16));
  return id;
}

inline Outcome run_uuid_case(const VecCase& one) {
  static constexpr const char* kVariants[] = {"ncs", "rfc", "microsoft", "future"};
  const auto& fields = one.fields;
  if (one.kind() == "format") return compared(format_uuid(id_of(fields.at(1))), fields.at(2));
  if (one.kind() == "about") {
    const Uuid id = id_of(fields.at(1));
    return compared(kVariants[static_cast<int>(variant(id))] + ("\t" + std::to_string(id.version())),
                    fields.at(2) + "\t" + fields.at(3));
  }
  const auto id = parse_uuid(text_of(fields.at(1)));
  return compared(id ? "ok " + hex_of(*id) : "bad " + std::to_string(id.error().at), one.kind() + " " + fields.at(2));
}

inline std::string name_of_error(const Error& error) {
  switch (error.code) {
    case Errc::length: return "length:" + std::to_string(error.at);
    case Errc::symbol: return "symbol:" + std::to_string(error.at);
    case Errc::payload_too_small: return "payload_too_small";
    case Errc::payload_too_large: return "payload_too_large";
    default: return "another error";
  }
}

inline std::string joined(const std::vector<std::string>& parts) {
  std::string text;
  for (std::size_t i = 0; i < parts.size(); ++i) text += (i == 0 ? "" : ",") + parts[i];
  return text;
}

inline Outcome run_decode_case(const VecCase& one) {
  const std::string payload = text_of(one.fields.at(1));
  std::vector<std::string> windows;
  std::string good;
  ChunkReader reader(payload);
  while (const auto met = reader.next()) {
    if (met->id)
      windows.push_back((met->canonical ? "id:" : "odd:") + hex_of(*met->id));
    else
      windows.push_back("bad:" + std::to_string(met->bad_at));
    if (met->id && !chunk_names(payload, *met->id)) return {"", "chunk_names does not find what the reader read"};
    if (met->id) good += hex_of(*met->id);
  }
  const auto strict = decode_chunk(payload);
  std::string all;
  if (strict) {
    for (const Uuid& id : *strict) all += hex_of(id);
    if (all != good) return {"", "decoder and reader differ"};
  }
  return compared((strict ? "ok" : name_of_error(strict.error())) + "\t" + joined(windows) + "\t" +
                      std::to_string(reader.remainder()),
                  one.fields.at(2) + "\t" + one.fields.at(3) + "\t" + one.fields.at(4));
}

inline Outcome run_chunk_case(const VecCase& one) {
  if (one.kind() == "decode") return run_decode_case(one);
  const auto max_payload = static_cast<std::size_t>(std::stoul(one.fields.at(1)));
  if (one.kind() == "refuse") {
    const std::vector<Uuid> ids(3);
    const auto chunks = encode_chunks(ids, max_payload);
    return compared(chunks ? "made" : name_of_error(chunks.error()), one.fields.at(2));
  }
  std::vector<Uuid> ids;
  for (const auto& hex : list_of(one.fields.at(2))) ids.push_back(id_of(hex));
  const auto chunks = encode_chunks(ids, max_payload);
  return compared(chunks ? joined(*chunks) : name_of_error(chunks.error()), one.fields.at(3));
}

}  // namespace metabatch::tests
