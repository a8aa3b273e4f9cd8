// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/panels/recording_status.hpp"

#include <QFileInfo>

#include "models/words.hpp"

namespace metabatch::gui {

RecordingStatus::RecordingStatus(QWidget* parent) : QLabel(parent) {
  setObjectName("recording-status");
  setAccessibleName(tr("Recording"));
  setTextFormat(Qt::RichText);
  setFocusPolicy(Qt::TabFocus);
  setTextInteractionFlags(Qt::LinksAccessibleByMouse | Qt::LinksAccessibleByKeyboard);
  hide();
  connect(this, &QLabel::linkActivated, this, [this] { emit openWanted(m_file); });
}

void RecordingStatus::setBytes(std::optional<quint64> bytes) {
  if (!bytes) return setVisible(m_hasEnded);
  m_hasEnded = false;
  const QString size = models::bytesText(static_cast<double>(*bytes));
  const QString name = QFileInfo(m_file).fileName();
  const QString words = tr("Recording %1, %2");
  setText(QStringLiteral("<span style='color:#d22'>●</span> %1").arg(words.arg(name.toHtmlEscaped(), size)));
  setAccessibleName(words.arg(name, size));
  setToolTip(m_file.toHtmlEscaped());
  show();
}

void RecordingStatus::end(const QString& file, quint64 bytes) {
  m_file = file;
  m_hasEnded = true;
  setText(tr("Recorded %1, %2 · <a href='open'>Open</a>")
              .arg(file.toHtmlEscaped(), models::bytesText(static_cast<double>(bytes))));
  setAccessibleName(tr("Recorded %1").arg(file));
  setToolTip(file.toHtmlEscaped());
  show();
}

void RecordingStatus::forget() {
  m_hasEnded = false;
  hide();
}

}  // namespace metabatch::gui
