// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QPushButton>
#include <QWidget>

class QBoxLayout;

namespace metabatch::gui {

/// The first page of the window: one large button with a sentence for each source.
class StartPage : public QWidget {
  Q_OBJECT

 public:
  explicit StartPage(QWidget* parent = nullptr);
  [[nodiscard]] QPushButton* demo() const { return m_demo; }

 signals:
  void demoChosen();
  void connectChosen();
  void replayChosen();
  void inspectChosen();

 private:
  void addChoices(QBoxLayout& layout);
  static QPushButton* makeChoice(const QString& title, const QString& text, const QString& name);
  QPushButton* m_demo;
};

}  // namespace metabatch::gui
