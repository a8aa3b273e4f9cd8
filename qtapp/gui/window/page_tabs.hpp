// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QTabWidget>
#include <initializer_list>

#include "gui/window/theme.hpp"

namespace metabatch::gui {

class AgentsPage;
class ChannelPage;
class Dashboard;
class DoctorPage;
class FlushPage;
class InspectorPage;
class QuarantinePage;
struct WindowData;

/// The pages as tabs. A source shows the pages that it can fill. The object name of a page is its
/// English name, in every language: Dashboard, Flushes, Agents, Channel, Quarantine, Doctor,
/// Inspector.
class PageTabs : public QTabWidget {
  Q_OBJECT

 public:
  /// @owns `shown` outlives the pages
  explicit PageTabs(WindowData& shown, QWidget* parent = nullptr);

  /// Shows the tabs of these pages only, with the first of them in front.
  void offer(std::initializer_list<QWidget*> pages);
  void showPage(const QString& name);
  /// The names of the pages on offer.
  [[nodiscard]] QStringList names() const;
  void setTheme(const Theme& theme);
  /// Draws the current page anew.
  void refresh();

  [[nodiscard]] Dashboard& dashboard() const { return *m_dashboard; }
  [[nodiscard]] FlushPage& flushes() const { return *m_flushes; }
  [[nodiscard]] AgentsPage& agents() const { return *m_agents; }
  [[nodiscard]] ChannelPage& channel() const { return *m_channel; }
  [[nodiscard]] QuarantinePage& quarantine() const { return *m_quarantine; }
  [[nodiscard]] DoctorPage& doctor() const { return *m_doctor; }
  [[nodiscard]] InspectorPage& inspector() const { return *m_inspector; }

 private:
  template <class Page>
  Page* add(Page* page, const char* name, const QString& title);
  void refreshBadges();

  WindowData& m_data;
  Dashboard* m_dashboard;
  FlushPage* m_flushes;
  AgentsPage* m_agents;
  ChannelPage* m_channel;
  QuarantinePage* m_quarantine;
  DoctorPage* m_doctor;
  InspectorPage* m_inspector;
};

}  // namespace metabatch::gui
