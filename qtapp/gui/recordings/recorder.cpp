// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/recordings/recorder.hpp"

#include <cerrno>
#include <cstring>

#include "engine/clock.hpp"
#include "recording/recording_reader.hpp"

namespace metabatch::gui {

Duration Recorder::since(Instant at) const { return std::max<Duration>(at - m_began, Duration{}); }

void Recorder::record(const Report& report, bool goesOn) {
  Instant now = engine::system_clock().now();
  {
    const std::lock_guard lock(m_ringMutex);
    if (goesOn) now = m_arrived;
    m_arrived = now;
    m_ring.add(report, now, goesOn);
  }
  if (!m_isRecording) return;
  const std::lock_guard lock(m_fileMutex);
  m_lines.clear();
  append_report(m_lines, report, since(now));
  write(m_lines);
}

void Recorder::record(const models::FlushLine& flush) {
  if (!m_isRecording) return;
  const std::lock_guard lock(m_fileMutex);
  SessionFlush line;
  line.at = since(flush.at);
  line.took = flush.took;
  line.id = flush.id;
  line.lane = flush.lane;
  line.reason = flush.reason;
  line.entries = flush.entries;
  line.agents = flush.agents;
  line.fates = flush.fates;
  line.failure = flush.failure;
  line.retries = flush.retries;
  line.publish_errors = flush.publishErrors;
  line.sqlstate = flush.sqlstate;
  line.message = flush.message;
  if (flush.chunks) line.chunks = *flush.chunks;
  write(session_line(line));
}

void Recorder::record(const models::Sample& sample) {
  if (!m_isRecording) return;
  const std::lock_guard lock(m_fileMutex);
  const Duration at = since(sample.at);
  if (!(sample.config == m_config)) write(session_line(SessionSettings{at, sample.config}));
  m_config = sample.config;
  if (!m_first) m_first = sample, m_delay = sample.delay;
  SessionSample line{at,
                     metabatch::since(sample.counters, m_first->counters),
                     metabatch::since(sample.flushes, m_first->flushes),
                     sample.delay,
                     sample.reports - m_first->reports,
                     sample.bufferedEntries,
                     sample.bufferedBytes};
  line.counters.offered += m_first->counters.held();  // entries that were buffered then leave during the recording
  line.delay -= m_delay;
  m_delay = sample.delay;
  write(session_line(line));
  m_file.flush();
}

void Recorder::mark(const std::string& text) {
  if (!m_isRecording) return;
  const std::lock_guard lock(m_fileMutex);
  write(session_line(SessionMark{since(engine::system_clock().now()), text}));
}

models::ArrivalRing Recorder::arrivals() {
  const std::lock_guard lock(m_ringMutex);
  return m_ring.snapshot();
}

std::optional<std::string> Recorder::start(const std::string& file, SessionHead head) {
  stop();
  const std::lock_guard lock(m_fileMutex);
  m_file.clear();
  m_file.open(file, std::ios::binary | std::ios::trunc);
  if (!m_file) return file + ": " + std::strerror(errno);
  m_name = file;
  m_began = engine::system_clock().now();
  m_config = head.config;
  m_first.reset();
  m_bytes = 0;
  head.started = engine::system_clock().wall_now();
  const std::string first = session_line(head);
  m_file << first;
  m_bytes = first.size();
  m_isRecording = true;
  return std::nullopt;
}

std::optional<std::uint64_t> Recorder::bytes() const {
  return m_isRecording ? std::optional(m_bytes.load()) : std::nullopt;
}

std::optional<Recorder::Ended> Recorder::stop() {
  m_isRecording = false;
  const std::lock_guard lock(m_fileMutex);
  if (!m_file.is_open()) return std::nullopt;
  m_file.close();  // writing what the stream still buffers may fail only now
  if (m_file) return Ended{m_name, m_bytes};
  m_problem = m_name + ": " + std::strerror(errno) + "; the recording ends before this";
  return std::nullopt;
}

void Recorder::write(const std::string& lines) {
  if (!m_file.is_open()) return;
  m_file.write(lines.data(), static_cast<std::streamsize>(lines.size()));
  m_bytes += lines.size();
  if (m_file) return;
  m_problem = m_name + ": " + std::strerror(errno) + "; the recording ends before this";
  m_file.close();
  m_isRecording = false;
}

std::optional<std::string> Recorder::takeProblem() {
  const std::lock_guard lock(m_fileMutex);
  if (m_problem.empty()) return std::nullopt;
  return std::exchange(m_problem, {});
}

}  // namespace metabatch::gui
