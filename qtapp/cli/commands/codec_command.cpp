// SPDX-License-Identifier: Apache-2.0
#include <CLI/CLI.hpp>
#include <cstring>
#include <memory>
#include <nlohmann/json.hpp>

#include "cli/commands/commands.hpp"
#include "cli/flags/arguments.hpp"
#include "cli/terminal/console.hpp"
#include "cli/terminal/input_argument.hpp"
#include "metabatch/chunks.hpp"

namespace metabatch::cli {
namespace {

struct CodecFlags {
  std::string input = "-";
  std::int64_t max_payload_bytes = kDefaultPayloadBytes;
  bool json = false;
};

using Json = nlohmann::ordered_json;

std::string_view trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

/// One pass over the lines of an input. Reports and counts bad lines.
class Lines {
 public:
  Lines(const CodecFlags& flags, Console& console) : console_(console), input_(flags.input) {}

  template <class Each>
  void run(const Each& each) {
    LineReader reader(input_.source());
    while (const std::optional<Line> line = reader.next()) {
      if (line->too_long)
        complain(line->number, "over 1 MiB");
      else if (const std::string_view text = trimmed(line->text); !text.empty())
        each(line->number, text, static_cast<std::size_t>(text.data() - line->text.data()));
    }
  }
  void complain(std::uint64_t line, const std::string& reason) {
    is_failed_ = true;
    console_.text("line " + std::to_string(line) + ": " + reason + "\n");
  }
  void remark(std::uint64_t line, const std::string& text) {
    console_.text("line " + std::to_string(line) + ": " + text + "\n");
  }
  int finish() {
    if (input_.error() != 0) console_.message(input_.name() + ": " + std::strerror(input_.error()));
    const bool is_printed = console_.finish_data();
    return is_failed_ || !is_printed || input_.error() != 0 ? exit_failed : exit_ok;
  }

 private:
  Console& console_;
  Input input_;
  bool is_failed_ = false;
};

class Encoding {
 public:
  Encoding(const CodecFlags& flags, Console& console)
      : flags_(flags),
        console_(console),
        budget_(static_cast<std::size_t>(flags.max_payload_bytes)),
        ids_a_chunk_(budget_ / kIdSymbols) {}

  void add(const Uuid& id) {
    ids_.push_back(id);
    if (ids_.size() == ids_a_chunk_) send();
  }
  void send() {
    if (ids_.empty()) return;
    const auto payloads = encode_chunks(ids_, budget_);
    for (const std::string& payload : payloads.value())
      console_.data(flags_.json ? Json{{"ids", ids_.size()}, {"payload", payload}}.dump() + "\n" : payload + "\n");
    ids_.clear();
  }

 private:
  const CodecFlags& flags_;
  Console& console_;
  const std::size_t budget_;
  const std::size_t ids_a_chunk_;
  std::vector<Uuid> ids_;
};

int run_encode(const CodecFlags& flags, Console& console) {
  if (flags.max_payload_bytes < 0 || !encode_chunks({}, static_cast<std::size_t>(flags.max_payload_bytes)))
    throw UsageError(
        "--max-payload-bytes: a payload holds at least one id, 22 bytes, and its whole chunks at most 7999 bytes");
  Lines lines(flags, console);
  Encoding encoding(flags, console);
  lines.run([&](std::uint64_t number, std::string_view text, std::size_t indent) {
    const Result<Uuid> id = parse_uuid(text);
    if (id)
      encoding.add(*id);
    else
      lines.complain(number, "byte " + std::to_string(id.error().at + indent) + ": not a UUID");
  });
  encoding.send();
  return lines.finish();
}

std::string reason_of(const Error& error) {
  if (error.code == Errc::length)
    return std::to_string(error.at) + " bytes are not a multiple of 22, the size of an id";
  return "a symbol outside the alphabet A-Za-z0-9+/";
}

/// Where in the payload the error is. A wrong length is an error at the end of the last whole id.
std::size_t offset_of(const Error& error) {
  return error.code == Errc::length ? error.at - error.at % kIdSymbols : error.at;
}

void decode_line(std::uint64_t number, std::string_view payload, std::size_t indent, bool as_json, Lines& lines,
                 Console& console) {
  const Result<std::vector<Uuid>> ids = decode_chunk(payload);
  if (!ids) {
    const std::size_t at = offset_of(ids.error()) + indent;
    lines.complain(number, "byte " + std::to_string(at) + ": " + reason_of(ids.error()));
    if (as_json)
      console.data(Json{{"line", number}, {"error", {{"at", at}, {"reason", reason_of(ids.error())}}}}.dump() + "\n");
    return;
  }
  std::vector<std::size_t> not_canonical;
  ChunkReader reader(payload);
  while (const auto one = reader.next())
    if (!one->canonical) not_canonical.push_back(one->at + indent + kIdSymbols - 1);
  for (const std::size_t at : not_canonical)
    lines.remark(number, "byte " + std::to_string(at) + ": the last symbol of the id is not the canonical one");
  if (as_json) {
    std::vector<std::string> texts;
    for (const Uuid& id : *ids) texts.push_back(format_uuid(id));
    console.data(Json{{"line", number}, {"ids", texts}, {"not_canonical", not_canonical}}.dump() + "\n");
    return;
  }
  for (const Uuid& id : *ids) console.data(format_uuid(id) + "\n");
}

int run_decode(const CodecFlags& flags, Console& console) {
  Lines lines(flags, console);
  lines.run([&](std::uint64_t number, std::string_view text, std::size_t indent) {
    decode_line(number, text, indent, flags.json, lines, console);
  });
  return lines.finish();
}

}  // namespace

Command add_encode(CLI::App& program) {
  const auto flags = std::make_shared<CodecFlags>();
  CLI::App* const app = program.add_subcommand("encode", "Make notification payloads of UUIDs");
  app->add_option("FILE", flags->input, "UUIDs in any usual form, one a line; - for standard input (-)");
  app->add_option("--max-payload-bytes", flags->max_payload_bytes, "budget of one payload (8000: 363 ids)")
      ->type_name("N");
  app->add_flag("--json", flags->json, "one JSON object a payload");
  app->footer(
      "Prints one payload a line; blank lines are skipped; a line that is no UUID is reported on stderr (exit 1).\n\n"
      "Examples:\n"
      "  metabatch encode agents.txt\n"
      "  uuidgen | metabatch encode");
  return {app, [flags](Console& console) { return run_encode(*flags, console); }};
}

Command add_decode(CLI::App& program) {
  const auto flags = std::make_shared<CodecFlags>();
  CLI::App* const app = program.add_subcommand("decode", "Read the UUIDs of notification payloads");
  app->add_option("FILE", flags->input, "payloads, one a line; - for standard input (-)");
  app->add_flag("--json", flags->json, "one JSON object a line of input");
  app->footer(
      "Prints one UUID a line. A line that is no payload is reported on stderr with byte and reason (exit 1); "
      "the\n"
      "others are still decoded.\n\n"
      "Examples:\n"
      "  metabatch ingest --print-notifications updates.ndjson | metabatch decode | sort | uniq -c\n"
      "  echo AAECAwQFBgcICQoLDA0ODw | metabatch decode");
  return {app, [flags](Console& console) { return run_decode(*flags, console); }};
}

}  // namespace metabatch::cli
