// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/window/page_tabs.hpp"

#include <QTabBar>
#include <algorithm>

#include "gui/pages/agents_page.hpp"
#include "gui/pages/channel_page.hpp"
#include "gui/pages/dashboard.hpp"
#include "gui/pages/doctor_page.hpp"
#include "gui/pages/flush_page.hpp"
#include "gui/pages/inspector_page.hpp"
#include "gui/pages/quarantine_page.hpp"
#include "gui/window/window_data.hpp"
#include "models/words.hpp"

namespace metabatch::gui {

template <class Page>
Page* PageTabs::add(Page* page, const char* name, const QString& title) {
  page->setObjectName(name);
  addTab(page, title);
  return page;
}

PageTabs::PageTabs(WindowData& shown, QWidget* parent) : QTabWidget(parent), m_data(shown) {
  setDocumentMode(true);
  setAccessibleName(tr("Pages"));
  tabBar()->setAccessibleName(tr("Pages"));
  m_dashboard = add(new Dashboard(shown.series, shown.time), "Dashboard", tr("Dashboard"));
  m_flushes = add(new FlushPage(shown.flushes, shown.series, shown.time), "Flushes", tr("Flushes"));
  m_agents = add(new AgentsPage, "Agents", tr("Agents"));
  m_channel = add(new ChannelPage(shown.channel, shown.series, shown.time), "Channel", tr("Channel"));
  m_quarantine = add(new QuarantinePage(shown.quarantine), "Quarantine", tr("Quarantine"));
  m_doctor = add(new DoctorPage, "Doctor", tr("Doctor"));
  m_inspector = add(new InspectorPage, "Inspector", tr("Inspector"));
  connect(m_flushes, &FlushPage::inspectWanted, this, [this](const QString& payloads) {
    m_inspector->setText(payloads);
    setCurrentWidget(m_inspector);
  });
  connect(m_agents, &AgentsPage::flushesWanted, this, [this](const QString& agent) {
    m_flushes->showAgent(agent);
    setCurrentWidget(m_flushes);
  });
  connect(this, &QTabWidget::currentChanged, this, [this] {
    m_data.time.setCursor(std::nullopt);  // the crosshair belongs to the page that the pointer left
    refresh();
  });
  const QAbstractItemModel* const counted[] = {&shown.flushes, &shown.quarantine};
  for (const QAbstractItemModel* const model : counted) {
    connect(model, &QAbstractItemModel::rowsInserted, this, &PageTabs::refreshBadges);
    connect(model, &QAbstractItemModel::modelReset, this, &PageTabs::refreshBadges);
  }
}

/// Shows the numbers of failed flushes and refused values on the tabs, visible from every page.
void PageTabs::refreshBadges() {
  const auto set = [this](QWidget* page, const QString& title, quint64 count) {
    const QString text = count == 0 ? title : QStringLiteral("%1 (%2)").arg(title, models::withCommas(count));
    const int tab = indexOf(page);
    if (tabText(tab) != text) setTabText(tab, text);
  };
  set(m_flushes, tr("Flushes"), m_data.flushes.failed());
  set(m_quarantine, tr("Quarantine"), m_data.quarantine.refused());
}

void PageTabs::offer(std::initializer_list<QWidget*> pages) {
  for (int i = 0; i < count(); ++i) setTabVisible(i, std::find(pages.begin(), pages.end(), widget(i)) != pages.end());
  setCurrentWidget(*pages.begin());
}

void PageTabs::showPage(const QString& name) {
  for (int i = 0; i < count(); ++i)
    if (widget(i)->objectName() == name) setCurrentIndex(i);
}

QStringList PageTabs::names() const {
  QStringList names;
  for (int i = 0; i < count(); ++i)
    if (isTabVisible(i)) names += widget(i)->objectName();
  return names;
}

void PageTabs::setTheme(const Theme& theme) {
  m_dashboard->setTheme(theme);
  m_inspector->setTheme(theme);
  m_channel->setTheme(theme);
  m_agents->setTheme(theme);
}

void PageTabs::refresh() {
  if (m_dashboard->isVisible()) m_dashboard->refresh(m_data.healthText());
  m_channel->refresh();
}

}  // namespace metabatch::gui
