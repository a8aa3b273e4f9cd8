// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/recordings/report_writer.hpp"

#include "gui/files/save_file.hpp"
#include "models/report/session_report.hpp"

namespace metabatch::gui {

ReportWriter::~ReportWriter() {
  m_isCancelled = true;
  if (m_thread.joinable()) m_thread.join();
}

void ReportWriter::write(models::WhatIfQuestion question, const QString& name, const QString& file) {
  if (m_isWriting) return;
  if (m_thread.joinable()) m_thread.join();  // it has reported its end
  m_isWriting = true;
  m_thread = std::thread([this, question = std::move(question), name, file] {
    const auto html = models::sessionReport(question, name.toStdString(), [this] { return m_isCancelled.load(); });
    const QString wrong = html ? saveFile(file, QByteArray::fromStdString(*html))
                               : tr("it cannot be calculated: the measurements give no model of the database");
    QMetaObject::invokeMethod(
        this,
        [this, file, wrong] {
          m_isWriting = false;
          emit written(file, wrong);
        },
        Qt::QueuedConnection);
  });
}

}  // namespace metabatch::gui
