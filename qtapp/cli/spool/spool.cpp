// SPDX-License-Identifier: Apache-2.0
#include "cli/spool/spool.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>

#include "cli/spool/spool_line.hpp"
#include "cli/terminal/console.hpp"
#include "feed/line_reader.hpp"
#include "feed/ndjson.hpp"

namespace metabatch::cli {
namespace {

using feed::Line;
using feed::LineReader;
using feed::NdjsonParser;
using feed::Record;

constexpr std::size_t kMaxSpoolLine = std::size_t{8} << 20;  // an update of 1 MiB in which every byte is escaped
constexpr std::size_t kBlock = std::size_t{256} << 10;
constexpr std::size_t kMostNamed = 20;  // bad lines
constexpr int kMostPutAside = 1000;

/// A descriptor that is closed.
class File {
 public:
  explicit File(int fd) : fd_(fd) {}
  ~File() {
    if (fd_ >= 0) ::close(fd_);
  }
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  [[nodiscard]] int fd() const { return fd_; }
  explicit operator bool() const { return fd_ >= 0; }

 private:
  int fd_;
};

std::string reason() { return std::strerror(errno); }

bool write_all(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t put = ::write(fd, bytes.data(), bytes.size());
    if (put < 0 && errno == EINTR) continue;
    if (put < 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(put));
  }
  return true;
}

/// Creates a file whose name may be left over from a crash. It is private to its owner from the
/// first byte on.
int create(const std::string& name) {
  ::unlink(name.c_str());
  return ::open(name.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
}

/// Makes changes of names durable.
void sync_folder_of(const std::string& file) {
  const std::string folder = std::filesystem::path(file).parent_path().string();
  const File opened(::open(folder.empty() ? "." : folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (opened) ::fsync(opened.fd());
}

bool write_lines(int fd, std::span<const Update> updates) {
  std::string lines;
  for (std::size_t i = 0; i < updates.size(); ++i) {
    append_spool_line(lines, updates[i], i + 1, updates.size());
    if (lines.size() < kBlock && i + 1 < updates.size()) continue;
    if (!write_all(fd, lines)) return false;
    lines.clear();
  }
  return true;
}

/// Refuses a file that somebody else may have put there.
std::string refusal_of(int fd) {
  struct stat found {};
  if (::fstat(fd, &found) != 0) return reason();
  if (!S_ISREG(found.st_mode)) return "is not a regular file";
  if (::geteuid() != 0 && found.st_uid != ::geteuid()) return "belongs to another user";
  return {};
}

/// Why a line cannot be loaded, or "".
std::string fault_of(const Line& line, const Record& record, const SpoolCheck& check) {
  if (line.too_long) return "is too long";
  if (record.kind == Record::Kind::bad) return record.reason;
  if (check.verdict == SpoolCheck::Verdict::damaged) return "does not match its check";
  return record.kind == Record::Kind::update ? "" : "is not an update";
}

}  // namespace

/// The result of reading a file.
struct Spool::Findings {
  std::uint64_t updates = 0, lines = 0, of = 0, bad = 0;
  std::string text;

  void add(std::uint64_t line, std::uint64_t lines_written, const std::string& fault) {
    ++lines;
    of = std::max(of, lines_written);
    if (fault.empty())
      ++updates;
    else if (++bad <= kMostNamed)
      text += (text.empty() ? "line " : "; line ") + std::to_string(line) + ": " + fault;
  }
  void finish() {
    if (bad > kMostNamed) text += "; and " + with_commas(bad - kMostNamed) + " more";
    if (of <= lines) return;
    text += (text.empty() ? "" : "; ") + with_commas(of - lines) + " of " + with_commas(of) + " lines are missing";
    bad += of - lines;
  }
};

std::variant<std::unique_ptr<Spool>, std::string> Spool::open(const std::string& file, Reporter report) {
  const std::string shown = "--spool " + file + ": ";
  const std::string lock_name = file + ".lock";
  const int lock = ::open(lock_name.c_str(), O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
  if (lock < 0) return shown + "cannot be used: " + lock_name + ": " + reason();
  if (::flock(lock, LOCK_EX | LOCK_NB) != 0) {
    const bool is_held = errno == EWOULDBLOCK;
    const std::string why = is_held ? "another running metabatch uses it; give each process its own" : reason();
    ::close(lock);
    return shown + why;
  }
  auto spool = std::unique_ptr<Spool>(new Spool(file, lock, std::move(report)));
  struct stat found {};
  if (::lstat(file.c_str(), &found) == 0 && !S_ISREG(found.st_mode)) return shown + "is not a regular file";
  const File trial(create(file + ".new"));
  if (!trial) return shown + "cannot be written: " + reason();
  ::unlink((file + ".new").c_str());
  return spool;
}

Spool::~Spool() { ::close(lock_); }

service::UnwrittenCounts Spool::counts() const { return {waiting_, loaded_, bad_lines_}; }

bool Spool::add_all(int fd, engine::Lanes& lanes, Findings& findings) {
  int failed = 0;
  const auto source = [&](char* to, std::size_t size) -> std::size_t {
    const ssize_t got = ::read(fd, to, size);
    if (got < 0) failed = errno;
    return got > 0 ? static_cast<std::size_t>(got) : 0;
  };
  LineReader lines(source, kMaxSpoolLine);
  NdjsonParser parser;
  while (const std::optional<Line> line = lines.next()) {
    const SpoolCheck check = check_spool_line(line->text);
    const Record& record = parser.parse(line->text);
    if (record.kind == Record::Kind::blank && !line->too_long) continue;
    std::string fault = fault_of(*line, record, check);
    if (fault.empty()) {
      const Update& update = record.update;
      const std::size_t bytes = update.key.size() + update.value.size() + update.error.size();
      if (!lanes.wait_for_capacity(update.agent, 1, bytes, engine::system_clock().now() + limit_)) return false;
      if (lanes.add(update).dropped() > 0) fault = "does not fit the buffer";
    }
    findings.add(line->number, check.of, fault);
  }
  if (failed != 0) findings.add(findings.lines + 1, 0, std::string("cannot be read: ") + std::strerror(failed));
  findings.finish();
  return true;
}

std::string Spool::load(engine::Lanes& lanes) {
  const File file(::open(file_.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
  if (!file && errno == ENOENT) return {};
  if (const std::string why = file ? refusal_of(file.fd()) : reason(); !why.empty())
    return "--spool " + file_ + ": " + why;
  is_there_ = true;
  Findings findings;
  is_partial_ = !add_all(file.fd(), lanes, findings);
  if (is_partial_)
    return "--spool " + file_ + ": the database does not accept its updates, and the buffer is full; the file stays";
  damage_ = findings.text;
  loaded_ = waiting_ = findings.updates;
  bad_lines_ = findings.bad;
  const std::string what = counted(findings.updates, "update") + " from " + file_;
  const bool is_written =
      lanes.wait_until_empty(engine::system_clock().now() + limit_) && lanes.snapshot().counters.discarded == 0;
  if (findings.updates > 0) {
    if (is_written)
      report_(Event::loaded, "loaded " + what);
    else
      report_(Event::waiting, "not written yet: " + what + "; the file stays until they are");
  }
  if (is_written) finish_file();
  return {};
}

/// All loadable updates of the file are written.
void Spool::finish_file() {
  is_there_ = false;
  waiting_ = 0;
  if (damage_.empty()) {
    if (::unlink(file_.c_str()) != 0) report_(Event::damaged, file_ + " is loaded, but cannot be removed: " + reason());
  } else {
    const std::string aside = keep_damaged();
    if (!aside.empty()) ::unlink(file_.c_str());
    report_(Event::damaged, file_ + " could not be loaded completely (" + damage_ + "); it is kept as " +
                                (aside.empty() ? file_ : aside));
    damage_.clear();
  }
  sync_folder_of(file_);
}

/// Keeps the file under a second name. Returns "" when that is impossible.
std::string Spool::keep_damaged() {
  for (int i = 0; i < kMostPutAside; ++i) {
    std::string name = file_ + ".damaged" + (i == 0 ? "" : "." + std::to_string(i));
    if (::link(file_.c_str(), name.c_str()) == 0) return name;
    if (errno != EEXIST) return {};
  }
  return {};
}

std::string Spool::write(std::span<const Update> updates) {
  const std::string name = file_ + ".new";
  const File file(create(name));
  const bool is_written = file && write_lines(file.fd(), updates) && ::fsync(file.fd()) == 0;
  if (is_written && !damage_.empty() && keep_damaged().empty())
    return "the damaged file cannot be renamed: " + reason();
  if (is_written && ::rename(name.c_str(), file_.c_str()) == 0) {
    sync_folder_of(file_);
    return {};
  }
  std::string why = reason();
  if (file) ::unlink(name.c_str());
  return why;
}

void Spool::save(engine::Lanes& lanes) {
  if (is_partial_) return;  // the held updates are in the file
  std::string wrong;
  const std::size_t held = lanes.spool([&](std::span<const Update> updates) {
    wrong = write(updates);
    return wrong.empty();
  });
  if (held == 0 && is_there_ && lanes.snapshot().counters.discarded == 0) finish_file();
  if (held == 0) return;
  waiting_ = held;
  if (wrong.empty())
    report_(Event::stored, "stored in " + file_ + ": " + counted(held, "update") + " that could not be written");
  else
    report_(Event::not_stored, "lost: " + counted(held, "update") + " that could neither be written nor stored in " +
                                   file_ + ": " + wrong);
}

}  // namespace metabatch::cli
