// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>
#include <atomic>
#include <thread>

#include "models/charts/what_if.hpp"

namespace metabatch::gui {

/// Writes the report of a session to a file, on a thread of its own. Only the destructor waits for
/// that thread, and then briefly.
class ReportWriter : public QObject {
  Q_OBJECT

 public:
  using QObject::QObject;
  ~ReportWriter() override;

  /// Does nothing while another report is being written.
  void write(models::WhatIfQuestion question, const QString& name, const QString& file);
  [[nodiscard]] bool isWriting() const { return m_isWriting; }

 signals:
  /// @shape wrong: why it could not be written; empty: it was
  void written(const QString& file, const QString& wrong);

 private:
  std::thread m_thread;
  std::atomic<bool> m_isCancelled = false;
  bool m_isWriting = false;
};

}  // namespace metabatch::gui
