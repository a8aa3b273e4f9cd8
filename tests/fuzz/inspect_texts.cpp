// SPDX-License-Identifier: Apache-2.0
#include "fuzz/inspect_texts.hpp"

#include <array>

#include "metabatch/chunks.hpp"

namespace metabatch::tests {
namespace {

constexpr std::string_view kBatch = "workspace_agent_metadata_batch";

/// Numbers made of bytes. When the bytes end, numbers are derived from the earlier ones, so that
/// ids differ.
class Choices {
 public:
  explicit Choices(std::string_view bytes) : bytes_(bytes) {}
  [[nodiscard]] bool is_over() const { return at_ >= bytes_.size(); }

  std::uint32_t next() {
    if (!is_over()) state_ ^= static_cast<std::uint8_t>(bytes_[at_++]);
    state_ = state_ * 6364136223846793005u + 1442695040888963407u;
    return static_cast<std::uint32_t>(state_ >> 33);
  }
  std::size_t below(std::size_t limit) { return next() % limit; }

 private:
  std::string_view bytes_;
  std::size_t at_ = 0;
  std::uint64_t state_ = 0x9e3779b97f4a7c15u;
};

std::string chunk_of(const std::vector<Uuid>& ids) { return encode_chunks(ids)->front(); }

/// 1 id of 100,000 has letters of one case only: alone between words it is not told from a word.
bool is_told_from_words(const Uuid& id) {
  bool upper = false, lower = false;
  for (const char c : chunk_of({id})) {
    upper = upper || (c >= 'A' && c <= 'Z');
    lower = lower || (c >= 'a' && c <= 'z');
  }
  return upper && lower;
}

Uuid random_id(Choices& choices) {
  constexpr std::array<unsigned, 4> kVersions = {4, 4, 7, 1};
  Uuid id;
  do {
    for (auto& byte : id.bytes) byte = static_cast<std::uint8_t>(choices.next() >> 7);
    id.bytes[6] = static_cast<std::uint8_t>((id.bytes[6] & 15) | kVersions[choices.below(4)] << 4);
    id.bytes[8] = static_cast<std::uint8_t>((id.bytes[8] & 0x3f) | 0x80);
  } while (!is_told_from_words(id));
  return id;
}

std::vector<Uuid> random_ids(Choices& choices, std::size_t most) {
  std::vector<Uuid> ids(1 + choices.below(most));
  for (Uuid& id : ids) id = random_id(choices);
  return ids;
}

std::string replaced(std::string text, std::string_view what, std::string_view with) {
  for (std::size_t at = text.find(what); at != text.npos; at = text.find(what, at + with.size()))
    text.replace(at, what.size(), with);
  return text;
}

std::string json_escaped(const std::string& text) {
  return replaced(replaced(replaced(text, "\\", "\\\\"), "\"", "\\\""), "\n", "\\n");
}

struct Pair {
  std::string_view front, behind;
};

/// Text around a payload that cannot be part of it.
constexpr Pair kAroundChunk[] = {
    {"", ""},
    {"\"", "\""},
    {"'", "'"},
    {"`", "`"},
    {"\xc2\xab", "\xc2\xbb"},  // guillemets
    {"\xc2\xbb", "\xc2\xab"},
    {"\xc2\xab\xc2\xa0", "\xc2\xa0\xc2\xbb"},  // with no-break spaces
    {"\xe2\x80\x98", "\xe2\x80\x99"},          // typographic quotes
    {"\xe2\x80\x9e", "\xe2\x80\x9c"},
    {"\xe3\x80\x8c", "\xe3\x80\x8d"},  // CJK brackets
    {"\xe3\x80\x90", "\xe3\x80\x91"},
    {"\xef\xbc\x88", "\xef\xbc\x89"},
    {"$$", "$$"},
    {"$x$", "$x$"},
    {"\x1b[32m", "\x1b[0m"},  // terminal colours
    {"\x1b[1;31m", "\x1b[m"},
    {"\xe2\x80\x8b", "\xe2\x80\x8b"},  // zero width space
    {"\xe2\x80\xae", "\xe2\x80\xac"},  // right-to-left override
    {"\xc2\xa0", "\xc2\xa0"},
    {"\xef\xbb\xbf", ""},
    {"payload=", "&more=1"},
    {"payload: ", ", pid 7"},
    {"(", ")"},
    {"[", "]"},
    {"{", "}"},
    {"<b>", "</b>"},
    {"|", "|"},
    {"agents:", ":end"},
};
/// Characters next to a UUID.
constexpr Pair kAroundUuid[] = {
    {"", ""},
    {"/", "/"},
    {"agent-", "-x"},
    {"agent_", "_x"},
    {"/api/v2/workspaceagents/", "/metadata"},
    {"The agent is ", "."},
    {"", ":cpu"},
    {"?id=", "&x=1"},
    {"?ids=", "%2C1"},
    {"(", ")"},
    {"[", "]"},
    {"{", "}"},
    {"\"", "\""},
    {"'", "'::uuid"},
    {"urn:uuid:", ""},
    {"file-", ".json"},
    {"\xc2\xab", "\xc2\xbb"},
    {"=", ";"},
    {"agent/", ":cpu"},
    {"\x1b[32m", "\x1b[0m"},
    {"\xe3\x80\x8c", "\xe3\x80\x8d"},
    {"", ","},
    {"xyz+", "+xyz"},
    {"uuid:", ""},
    {"@", "#1"},
    {"\\n", "\\n"},
};
/// Texts that name no id. They are what logs, code and configuration are made of.
constexpr std::string_view kFillers[] = {
    "2026-01-02 03:04:05.678 UTC [42] LOG:  checkpoint complete: wrote 44 buffers (0.3%)",
    "see /usr/lib/postgresql/15/bin/postgres and https://example.org/agents/some/very/long/path/that/goes/on.html",
    "commit 3f786850e387550fdab836ed7e6dc881de23001b",
    "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "{\"level\":\"info\",\"msg\":\"connected\",\"attempt\":3}",
    "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U",
    "Bitte den Agenten pr\xc3\xbc"
    "fen, er antwortet nicht mehr.",
    "\xe6\x97\xa5\xe6\x9c\xac\xe8\xaa\x9e\xe3\x81\xae\xe3\x83\xad\xe3\x82\xb0",
    "$1 = '42', $2 = 'hello world'",
    "-----BEGIN CERTIFICATE-----",
    "func TestWorkspaceAgentMetadataBatcherFlushesOnCapacity(t *testing.T) {",
    "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJl3dIeudNqd0DPMRD6OIh65tjkxFNOtGcWcuG2qXxE1 user@host",
    "",
};

struct Piece {
  std::string text;
  std::vector<Uuid> ids;
};

std::string psql_line(Choices& choices, const std::string& payload) {
  constexpr std::array<std::array<std::string_view, 3>, 6> kLines = {{
      {"Asynchronous notification \"", "\" with payload \"", "\" received from server process with PID 4242."},
      {"Asynchrone Benachrichtigung \xc2\xbb", "\xc2\xab mit Daten \xc2\xbb",
       "\xc2\xab vom Serverprozess mit PID 4242 empfangen."},
      {"Notification asynchrone \xc2\xab ", " \xc2\xbb re\xc3\xa7ue avec le contenu \xc2\xab ",
       " \xc2\xbb en provenance du"},
      {"Notificaci\xc3\xb3n as\xc3\xadncrona \xc2\xab", "\xc2\xbb con carga \xc2\xab",
       "\xc2\xbb recibida del proceso de servidor con PID 4242."},
      {"\xec\x88\x98\xec\x8b\xa0 \"", "\" \xeb\xb9\x84\xeb\x8f\x99\xea\xb8\xb0, \xec\xa0\x95\xeb\xb3\xb4: \"",
       "\", \xed\x94\x84\xeb\xa1\x9c\xec\x84\xb8\xec\x8a\xa4: 4242."},
      {"Asynkron notificering \"", "\" mottagen med inneh\xc3\xa5ll \"", "\" fr\xc3\xa5n serverprocess med PID 4242."},
  }};
  const auto& line = kLines[choices.below(kLines.size())];
  return std::string(line[0]) + std::string(kBatch) + std::string(line[1]) + payload + std::string(line[2]);
}

/// A statement, a line of psql, a message of NATS: they can contain any chunk.
std::string wrapped(Choices& choices, const std::string& chunk) {
  const std::string bytes = std::to_string(chunk.size());
  switch (choices.below(12)) {
    case 7: return "NOTIFY " + std::string(kBatch) + ", E'" + replaced(chunk, "/", "\\x2f") + "\\n';";
    case 8: return "NOTIFY " + std::string(kBatch) + ", U&'" + replaced(chunk, "+", "\\002B") + "\\+00000A';";
    case 9: return "SELECT pg_notify('" + std::string(kBatch) + "', $tag$" + chunk + "\n$tag$);";
    case 10: return "NOTIFY " + std::string(kBatch) + ", '" + chunk.substr(0, 15) + "'\n  '" + chunk.substr(15) + "';";
    case 0: return "NOTIFY " + std::string(kBatch) + ", '" + chunk + "';";
    case 1: return "SELECT pg_notify('" + std::string(kBatch) + "', '" + chunk + "');";
    case 2: return "NOTIFY " + std::string(kBatch) + ", $$" + chunk + "$$;";
    case 3: return "[#1] Received on \"coder.v1.pubsub." + std::string(kBatch) + "\"\n" + chunk;
    case 4: return "MSG coder.v1.pubsub." + std::string(kBatch) + " 1 " + bytes + "\r\n" + chunk + "\r";
    case 5: return "PUB coder.v1.pubsub." + std::string(kBatch) + " " + bytes + "\r\n" + chunk + "\r";
    case 6:
      return "2026-01-02 03:04:05.678 UTC [9] LOG:  execute <unnamed>: SELECT pg_notify($1, $2)\n"
             "2026-01-02 03:04:05.678 UTC [9] DETAIL:  parameters: $1 = '" +
             std::string(kBatch) + "', $2 = '" + chunk + "'";
    default: return psql_line(choices, chunk);
  }
}

std::string percent_encoded(const std::string& text) {
  return replaced(replaced(replaced(text, "+", "%2B"), "/", "%2F"), ",", "%2C");
}

Piece chunk_piece(Choices& choices) {
  Piece piece;
  piece.ids = random_ids(choices, 8);
  const std::string chunk = chunk_of(piece.ids);
  switch (choices.below(6)) {
    case 0: piece.text = wrapped(choices, chunk); break;
    case 1: piece.text = "{\"channel\":\"x\",\"payload\":\"" + replaced(chunk, "/", "\\/") + "\"}"; break;
    case 2: piece.text = "{\"payload\":\"" + replaced(replaced(chunk, "+", "\\u002B"), "/", "\\u002f") + "\"}"; break;
    case 3: piece.text = "{\"level\":\"info\",\"msg\":\"" + json_escaped(wrapped(choices, chunk)) + "\"}"; break;
    case 4: piece.text = "GET /read?payload=" + percent_encoded(chunk) + " HTTP/1.1"; break;
    default: {
      const Pair& around = kAroundChunk[choices.below(std::size(kAroundChunk))];
      piece.text = std::string(around.front) + chunk + std::string(around.behind);
    }
  }
  return piece;
}

Piece uuid_piece(Choices& choices) {
  Piece piece;
  piece.ids = {random_id(choices)};
  std::string uuid = format_uuid(piece.ids[0]);
  if (choices.below(4) == 0)
    for (char& c : uuid) c = c >= 'a' && c <= 'f' ? static_cast<char>(c - 'a' + 'A') : c;
  const Pair& around = kAroundUuid[choices.below(std::size(kAroundUuid))];
  piece.text = std::string(around.front) + uuid + std::string(around.behind);
  return piece;
}

Piece list_piece(Choices& choices) {
  constexpr std::string_view kSeparators[] = {"\n", ",", ", ", "/", " ", "%2C", "\t", "\",\"", "\r\n", ";", "|"};
  Piece piece;
  piece.ids = random_ids(choices, 6);
  const std::string_view separator = kSeparators[choices.below(std::size(kSeparators))];
  const bool is_json = choices.below(3) == 0;
  for (std::size_t i = 0; i < piece.ids.size(); ++i)
    piece.text += (i == 0 ? "" : is_json ? "\",\"" : std::string(separator)) + format_uuid(piece.ids[i]);
  if (is_json) piece.text = "{\"agent_ids\":[\"" + piece.text + "\"]}";
  if (is_json && choices.below(2) == 0) piece.text = "{\"time\":1,\"msg\":\"" + json_escaped(piece.text) + "\"}";
  return piece;
}

std::string as_utf_16(const std::string& text, bool is_big) {
  std::string out = is_big ? "\xfe\xff" : "\xff\xfe";
  for (std::size_t at = 0; at < text.size();) {
    const auto lead = static_cast<unsigned char>(text[at]);
    const std::size_t size = lead < 0x80 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
    unsigned c = size == 1 ? lead : lead & (0xffu >> (size + 1));
    for (std::size_t i = 1; i < size && at + i < text.size(); ++i)
      c = c << 6 | (static_cast<unsigned char>(text[at + i]) & 0x3f);
    at += size;
    const char low = static_cast<char>(c & 0xff);
    const char high = static_cast<char>(c >> 8 & 0xff);
    out += is_big ? high : low;
    out += is_big ? low : high;
  }
  return out;
}

}  // namespace

EmbeddedText embedded_text(std::string_view bytes) {
  EmbeddedText made;
  Choices choices(bytes);
  const bool is_wide = choices.below(8) == 0;
  const bool is_big = choices.below(2) == 0;
  for (std::size_t pieces = 0; pieces < 12 && (pieces == 0 || !choices.is_over()); ++pieces) {
    Piece piece;
    switch (choices.below(4)) {
      case 0: piece.text = kFillers[choices.below(std::size(kFillers))]; break;
      case 1: piece = uuid_piece(choices); break;
      case 2: piece = list_piece(choices); break;
      default: piece = chunk_piece(choices);
    }
    made.text += piece.text + "\n";
    made.ids.insert(made.ids.end(), piece.ids.begin(), piece.ids.end());
  }
  if (is_wide) made.text = as_utf_16(made.text, is_big);
  return made;
}

}  // namespace metabatch::tests
