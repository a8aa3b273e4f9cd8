// SPDX-License-Identifier: Apache-2.0
#include <CLI/CLI.hpp>
#include <cstring>
#include <memory>
#include <nlohmann/json.hpp>

#include "cli/commands/commands.hpp"
#include "cli/flags/arguments.hpp"
#include "cli/terminal/console.hpp"
#include "cli/terminal/input_argument.hpp"
#include "feed/gzip.hpp"
#include "metabatch/inspect.hpp"

namespace metabatch::cli {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t kMaxInputBytes = std::size_t{64} << 20;
constexpr std::uint32_t kShownIds = 10;  // of one finding, unless all are asked for
constexpr std::uint32_t kShownBad = 5;   // unreadable places of one finding

struct InspectFlags {
  std::string input = "-";
  bool all = false;
  bool json = false;
};

struct Text {
  std::string bytes;
  bool is_cut = false;
  bool is_unpacked = false;  ///< it was a gzip file
};

Text read_all(Input& input) {
  Text text;
  const LineReader::Source source = input.source();
  std::vector<char> block(std::size_t{256} << 10);
  while (const std::size_t got = source(block.data(), block.size())) {
    text.bytes.append(block.data(), got);
    text.is_cut = text.bytes.size() > kMaxInputBytes;
    if (text.is_cut) {
      text.bytes.resize(kMaxInputBytes);
      break;
    }
  }
  return text;
}

/// A gzip file in this place becomes what is in it. A damaged one is inspected as far as it can be
/// read.
void unpack(Text& text, Console& console) {
  if (!feed::is_gzip(text.bytes)) return;
  feed::Unpacked unpacked = feed::unpack_gzip(text.bytes, kMaxInputBytes);
  if (unpacked.bytes.empty() && !unpacked.is_whole) return;
  if (!unpacked.is_whole && !unpacked.is_cut && !text.is_cut)
    console.message("the gzip file is damaged or incomplete; what could be unpacked is inspected");
  text = {std::move(unpacked.bytes), unpacked.is_cut || text.is_cut, true};
}

std::vector<std::string> names_of(Notes notes) {
  std::vector<std::string> names;
  for (std::size_t bit = 0; bit < kNotes; ++bit)
    if (const auto note = static_cast<Note>(1U << bit); notes.has(note)) names.emplace_back(name_of(note));
  return names;
}

std::string id_text(const FoundId& found, const Inspection& inspection, std::uint32_t index) {
  std::string text = "    " + format_uuid(found.id) + "   byte " + std::to_string(inspection.spans[found.span].at);
  if (!found.canonical) text += ", last symbol not canonical";
  if (found.first != index) text += ", named before";
  return text + "\n";
}

std::string finding_text(const Finding& finding, const Inspection& inspection, bool all) {
  std::string text = describe(finding, inspection) + "\n";
  const std::uint32_t shown = all ? finding.ids : std::min(finding.ids, kShownIds);
  for (std::uint32_t i = 0; i < shown; ++i) {
    const std::uint32_t index = finding.first_id + i;
    text += id_text(inspection.ids[index], inspection, index);
  }
  if (shown < finding.ids) text += "    ... and " + with_commas(finding.ids - shown) + " more (--all)\n";
  std::uint32_t bad = 0;
  for (std::uint32_t i = 0; i < finding.spans; ++i) {
    const Span& span = inspection.spans[finding.first_span + i];
    if (span.verdict != metabatch::Verdict::bad) continue;
    if (!all && ++bad > kShownBad) {
      text += "    ... and more that cannot be read (--all)\n";
      break;
    }
    text += "  ! byte " + std::to_string(span.at) + ": " + describe(span, inspection) + "\n";
  }
  return text;
}

std::string report_text(const Inspection& inspection, const Text& input, bool all) {
  std::string text;
  if (input.is_unpacked) text += "Unpacked from gzip: " + counted(input.bytes.size(), "byte") + ".\n";
  for (const Finding& finding : inspection.findings) text += finding_text(finding, inspection, all);
  if (inspection.findings.empty()) text += "Nothing here that metabatch knows: no payload, no UUID, no notification.\n";
  for (const Alternative& one : inspection.alternatives)
    text += "Byte " + std::to_string(one.at) + ": " + describe(one) + "\n";
  if (inspection.notes.has(Note::utf_16) || inspection.notes.has(Note::utf_32))
    text += inspection.notes.has(Note::utf_16) ? "The input is UTF-16.\n" : "The input is UTF-32.\n";
  if (inspection.notes.has(Note::stopped))
    text += "Reading stopped at byte " + with_commas(inspection.read_bytes) + ": the limit of parts is reached.\n";
  if (inspection.findings.size() > 1)
    text += "In all: " + counted(inspection.findings.size(), "finding") + ", " + counted(inspection.ids.size(), "id") +
            " of " + counted(inspection.distinct_ids, "agent") + ".\n";
  return text;
}

Json alternative_json(const Alternative& one, std::string_view input) {
  const std::string text = text_of(one, input);
  Json ids = Json::array();
  for (const FoundId& found : inspect(text).ids) ids.push_back(format_uuid(found.id));
  return {{"reading", name_of(one.reading)},
          {"at", one.at},
          {"length", one.length},
          {"meaning", describe(one)},
          {"ids", std::move(ids)}};
}

Json finding_json(const Finding& finding, const Inspection& inspection) {
  Json ids = Json::array();
  for (std::uint32_t i = 0; i < finding.ids; ++i) {
    const std::uint32_t index = finding.first_id + i;
    const FoundId& found = inspection.ids[index];
    ids.push_back({{"id", format_uuid(found.id)},
                   {"at", inspection.spans[found.span].at},
                   {"canonical", found.canonical},
                   {"duplicate", found.first != index},
                   {"version", found.id.version()}});
  }
  return {{"form", name_of(finding.form)},
          {"wrapping", name_of(finding.wrapping)},
          {"channel", name_of(finding.channel)},
          {"verdict", name_of(finding.verdict)},
          {"notes", names_of(finding.notes)},
          {"at", finding.at},
          {"length", finding.length},
          {"payload_bytes", finding.payload_bytes},
          {"unreadable", finding.unreadable},
          {"duplicates", finding.duplicates},
          {"meaning", describe(finding, inspection)},
          {"ids", std::move(ids)}};
}

Json span_json(const Span& span, const Inspection& inspection) {
  Json json = {{"at", span.at},
               {"length", span.length},
               {"kind", name_of(span.kind)},
               {"verdict", name_of(span.verdict)},
               {"meaning", describe(span, inspection)}};
  if (span.kind == SpanKind::bad_id) json["bad_at"] = span.bad_at;
  return json;
}

std::string report_json(const Inspection& inspection, const Text& input) {
  Json alternatives = Json::array();
  for (const Alternative& one : inspection.alternatives) alternatives.push_back(alternative_json(one, input.bytes));
  Json findings = Json::array();
  for (const Finding& finding : inspection.findings) findings.push_back(finding_json(finding, inspection));
  Json spans = Json::array();
  for (const Span& span : inspection.spans) spans.push_back(span_json(span, inspection));
  const Json object = {{"bytes", input.bytes.size()},
                       {"unpacked", input.is_unpacked},
                       {"container", name_of(inspection.container)},
                       {"read_bytes", inspection.read_bytes},
                       {"ids", inspection.ids.size()},
                       {"distinct_ids", inspection.distinct_ids},
                       {"notes", names_of(inspection.notes)},
                       {"findings", std::move(findings)},
                       {"alternatives", std::move(alternatives)},
                       {"spans", std::move(spans)}};
  return object.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
}

int run_inspect(const InspectFlags& flags, Console& console) {
  Input input(flags.input);
  if (input.is_terminal()) console.message("paste the text, then press Ctrl-D");
  Text text = read_all(input);
  unpack(text, console);
  if (text.is_cut) console.message("only the first 64 MiB are inspected");
  const Inspection inspection = inspect(text.bytes);
  console.data(flags.json ? report_json(inspection, text) : report_text(inspection, text, flags.all));
  if (input.error() != 0) console.message(input.name() + ": " + std::strerror(input.error()));
  return console.finish_data() && input.error() == 0 ? exit_ok : exit_failed;
}

}  // namespace

Command add_inspect(CLI::App& program) {
  const auto flags = std::make_shared<InspectFlags>();
  CLI::App* const app = program.add_subcommand("inspect", "Explain a pasted payload, notification or log line");
  app->add_option("FILE", flags->input, "anything; - for standard input (-)");
  app->add_flag("--all", flags->all, "show every id, not only the first of each payload");
  app->add_flag("--json", flags->json, "print one JSON object, with every byte of the input accounted for in spans");
  app->footer(
      "Reads payloads in the current and the older forms, the per-agent channel, lines copied from psql and from a\n"
      "PostgreSQL log, NOTIFY and pg_notify() in SQL, lists of UUIDs, probes and heartbeats. A gzip file is unpacked\n"
      "first. It never fails.\n\n"
      "Examples:\n"
      "  metabatch inspect pasted.txt\n"
      "  echo AAECAwQFBgcICQoLDA0ODw | metabatch inspect");
  return {app, [flags](Console& console) { return run_inspect(*flags, console); }};
}

}  // namespace metabatch::cli
