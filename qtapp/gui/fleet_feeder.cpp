// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/fleet_feeder.hpp"

#include <QJsonDocument>
#include <QJsonObject>
#include <cerrno>
#include <cstring>
#include <utility>

namespace metabatch::gui {
namespace {

QString text(std::string_view bytes) { return QString::fromUtf8(bytes.data(), static_cast<qsizetype>(bytes.size())); }

}  // namespace

void FleetFeeder::start(const engine::FleetOptions& fleet, engine::Lanes& lanes) {
  stop();
  m_isStopping = false;
  m_thread = std::thread([this, fleet, &lanes] { run(fleet, lanes); });
}

void FleetFeeder::stop() {
  if (!m_thread.joinable()) return;
  {
    const std::lock_guard lock(m_mutex);
    m_isStopping = true;
  }
  m_stopping.notify_all();
  m_thread.join();
}

bool FleetFeeder::sleepUntil(std::chrono::steady_clock::time_point when) {
  std::unique_lock lock(m_mutex);
  return !m_stopping.wait_until(lock, when, [this] { return m_isStopping; });
}

void FleetFeeder::run(const engine::FleetOptions& options, engine::Lanes& lanes) {
  engine::Fleet fleet(options);
  ReportLimits limits;
  const auto began = std::chrono::steady_clock::now();
  while (sleepUntil(began + fleet.next_due())) {
    const engine::Fleet::Sent sent = fleet.take_next();
    const Report report = limits.apply(sent.agent, sent.items, m_stamper.next());
    (void)lanes.add(report);
    ++m_reports;
    if (m_isRecording) write(report);
  }
}

std::optional<std::string> FleetFeeder::record(const std::string& file) {
  const std::lock_guard lock(m_fileMutex);
  auto wrong = endFile();
  if (file.empty()) return wrong;
  m_file.open(file, std::ios::binary | std::ios::trunc);
  if (!m_file) return file + ": " + std::strerror(errno);
  m_fileName = file;
  m_isRecording = true;
  return wrong;
}

std::optional<std::string> FleetFeeder::takeTrouble() {
  const std::lock_guard lock(m_fileMutex);
  return std::exchange(m_trouble, std::nullopt);
}

/// What the stream still held may fail to be written only now.
std::optional<std::string> FleetFeeder::endFile() {
  const bool wasRecording = m_isRecording.exchange(false);
  errno = 0;
  m_file.close();
  const bool isWhole = m_file.good();
  const std::string why = errno != 0 ? std::strerror(errno) : "not everything could be written";
  m_file.clear();
  if (!wasRecording || isWhole) return std::nullopt;
  return m_fileName + ": " + why + "; the recording ends before this";
}

void FleetFeeder::write(const Report& report) {
  const std::lock_guard lock(m_fileMutex);
  for (std::size_t i = 0; i < report.keys.size(); ++i) {
    const QJsonObject line{{"agent", QString::fromStdString(format_uuid(report.agent))},
                           {"key", text(report.keys[i])},
                           {"value", text(report.values[i])},
                           {"error", text(report.errors[i])},
                           {"collected_at", QString::fromStdString(format_wall_time(report.collected_at[i]))}};
    m_file << QJsonDocument(line).toJson(QJsonDocument::Compact).constData() << '\n';
  }
  if (m_isRecording && !m_file) m_trouble = endFile();
}

}  // namespace metabatch::gui
