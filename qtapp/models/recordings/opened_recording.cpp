// SPDX-License-Identifier: Apache-2.0
#include "models/recordings/opened_recording.hpp"

#include <QCoreApplication>
#include <algorithm>
#include <variant>

#include "models/words.hpp"

namespace metabatch::models {
namespace {

constexpr std::size_t kMostBins = 200'000;  // a day of kSampleEvery

std::chrono::microseconds micros(Duration duration) {
  return std::chrono::duration_cast<std::chrono::microseconds>(duration);
}

}  // namespace

OpenedRecordingReader::OpenedRecordingReader(Instant now, WallTime wallNow, std::optional<Instant> begins)
    : m_now(now),
      m_wallNow(wallNow),
      m_begins(begins),
      m_config(ValidConfig()),
      m_reader([this](RecordedReport&& report) { on(std::move(report)); },
               [this](std::string_view line, std::uint64_t number) { onLine(line, number); },
               [this](const BadLine& line) { addProblem(QString::fromStdString(describe(line))); }) {}

void OpenedRecordingReader::addProblem(const QString& problem) {
  ++m_session->badLines;
  if (m_session->problems.size() < kProblems) m_session->problems += problem;
}

void OpenedRecordingReader::begin(WallTime started) {
  if (m_hasBegun) return;
  m_hasBegun = true;
  m_session->started = started;
  // A wrong clock must not move the charts far away.
  const auto ago = std::clamp<std::chrono::microseconds>(m_wallNow - started, std::chrono::microseconds(0),
                                                         std::chrono::hours(24 * 366 * 20));
  m_session->began = m_session->ended = m_begins.value_or(m_now - ago);
}

Instant OpenedRecordingReader::instant(Duration at) const { return m_session->began + m_reader.origin() + at; }
WallTime OpenedRecordingReader::wall(Duration at) const { return m_session->started + micros(m_reader.origin() + at); }

void OpenedRecordingReader::on(RecordedReport&& report) {
  begin(report.stamps.empty() ? m_wallNow : report.stamps.front());
  OpenedRecording& session = *m_session;
  if (report.stamps.empty()) report.stamps.assign(report.keys.size(), session.started + micros(report.at));
  const std::vector<std::string_view> keys(report.keys.begin(), report.keys.end());
  const std::vector<std::string_view> values(report.values.begin(), report.values.end());
  const std::vector<std::string_view> errors(report.errors.begin(), report.errors.end());
  const Instant at = session.began + report.at;
  session.arrivals.add({report.agent, keys, values, errors, report.stamps}, at);
  session.ended = std::max(session.ended, at);
  ++session.reports;
  session.updates += keys.size();
  if (session.hasSamples || m_bins.size() >= kMostBins) return;
  Bin& bin = m_bins[report.at / kSampleEvery];
  ++bin.reports;
  bin.updates += keys.size();
}

void OpenedRecordingReader::onLine(std::string_view line, std::uint64_t number) {
  const std::optional<SessionLine> found = parse_session_line(line);
  if (!found) return addProblem(QStringLiteral("line %1: not a line of a recorded session").arg(number));
  if (const auto* const head = std::get_if<SessionHead>(&*found)) return on(*head);
  begin(m_wallNow);
  if (const auto* const flush = std::get_if<SessionFlush>(&*found)) on(*flush);
  if (const auto* const sample = std::get_if<SessionSample>(&*found)) on(*sample);
  if (const auto* const settings = std::get_if<SessionSettings>(&*found)) m_config = settings->config;
  if (const auto* const mark = std::get_if<SessionMark>(&*found))
    m_session->series.mark(instant(mark->at), QString::fromStdString(mark->text));
}

void OpenedRecordingReader::on(const SessionHead& head) {
  begin(head.started);
  if (!m_session->head) m_session->head = head;
  m_config = head.config;
  settle();
}

/// Keeps the counts so far; later samples count from there.
void OpenedRecordingReader::settle() {
  m_earlier = m_newest;
  m_earlier.counters.pending = m_earlier.counters.queued = m_earlier.counters.in_flight = 0;
  m_earlier.counters.set_apart = 0;
  m_last = {};
}

void OpenedRecordingReader::on(const SessionFlush& flush) {
  FlushLine line;
  line.id = flush.id;
  line.lane = flush.lane;
  line.at = instant(flush.at);
  line.wall = wall(flush.at);
  line.reason = flush.reason;
  line.entries = flush.entries;
  line.agents = flush.agents;
  line.took = flush.took;
  line.fates = flush.fates;
  line.failure = flush.failure;
  line.retries = flush.retries;
  line.publishErrors = flush.publish_errors;
  line.sqlstate = flush.sqlstate;
  line.message = flush.message;
  line.chunks = std::make_shared<const std::vector<std::string>>(flush.chunks);
  OpenedRecording& session = *m_session;
  const bool isFailed = line.failure != FailureClass::none;
  session.series.append({line.at + line.took, line.took, line.reason, line.entries, isFailed});
  session.condition.failure = line.failure;
  session.condition.failuresInARow = isFailed ? session.condition.failuresInARow + 1 : 0;
  session.condition.lastFailure = isFailed ? QString::fromStdString(line.message) : QString();
  session.measured.append(line);
  session.ended = std::max(session.ended, line.at + line.took);
  session.flushes.push_back(std::move(line));
  if (session.flushes.size() >= 2 * FlushLog::kLines)
    session.flushes.erase(session.flushes.begin(), session.flushes.begin() + FlushLog::kLines);
}

void OpenedRecordingReader::on(const SessionSample& sample) {
  OpenedRecording& session = *m_session;
  if (sample.counters.offered < m_last.counters.offered) settle();  // another session follows without a head
  m_last = sample;
  Sample& shown = m_newest;
  shown.at = std::max(instant(sample.at), shown.at);
  shown.counters = sample.counters;
  shown.counters += m_earlier.counters;
  shown.flushes = sample.flushes;
  shown.flushes += m_earlier.flushes;
  shown.delay += sample.delay;
  shown.reports = sample.reports + m_earlier.reports;
  shown.bufferedEntries = sample.buffered_entries;
  shown.bufferedBytes = sample.buffered_bytes;
  shown.config = m_config;
  if (!session.hasSamples) shown.at = instant(sample.at);
  session.hasSamples = true;
  m_bins.clear();
  session.series.append(shown);
  session.measured.append(shown);
  session.health.record(healthSample(shown, session.condition));
  session.ended = std::max(session.ended, shown.at);
}

/// For a file without samples: only the arrivals are known.
void OpenedRecordingReader::appendBins() {
  std::set<std::string, std::less<>> missing;
  for (const auto* const timeline : {&m_session->series.rates(), &m_session->series.flushes()})
    for (const std::string& name : timeline->names())
      if (name != "updates" && name != "unbatched") missing.insert(name);
  m_session->series.setMissing(std::move(missing), QCoreApplication::translate("Recorded", "not recorded"));
  Sample sample;
  sample.config = m_config;
  std::int64_t next = m_bins.empty() ? 0 : m_bins.begin()->first;
  const auto append = [&](std::int64_t index) {
    sample.at = m_session->began + kSampleEvery * (index + 1);
    m_session->series.appendArrivals(sample);
    m_session->measured.append(sample);
  };
  for (const auto& [index, bin] : m_bins) {
    // When nothing arrives for long, the rates fall to 0, and then there is a gap.
    for (const std::int64_t last = next + kRateWindow / kSampleEvery; next < std::min(index, last); ++next)
      append(next);
    sample.counters.offered += bin.updates;
    sample.reports += bin.reports;
    append(index);
    next = index + 1;
  }
  m_session->ended = std::max(m_session->ended, sample.at);
}

std::shared_ptr<OpenedRecording> OpenedRecordingReader::finish() {
  m_reader.finish();
  begin(m_wallNow);
  OpenedRecording& session = *m_session;
  session.lines = m_reader.lines();
  if (!session.hasSamples) appendBins();
  if (session.flushes.size() > FlushLog::kLines)
    session.flushes.erase(session.flushes.begin(), session.flushes.end() - FlushLog::kLines);
  return std::move(m_session);
}

}  // namespace metabatch::models
