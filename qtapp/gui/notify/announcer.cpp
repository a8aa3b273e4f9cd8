// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/notify/announcer.hpp"

#include <QSettings>

#include "engine/clock.hpp"
#include "gui/sources/source.hpp"
#include "gui/window/window_data.hpp"

namespace metabatch::gui {

Announcer::Announcer(const WindowData& data, QObject* parent)
    : QObject(parent),
      m_data(data),
      m_action(new QAction(tr("&Notify when the state turns bad"), this)),
      m_notifier(desktopNotifier()) {
  m_action->setObjectName("notify");
  m_action->setCheckable(true);
  m_action->setChecked(QSettings().value("notify", false).toBool());
  m_action->setToolTip(
      tr("Show a notification on the desktop when writing stops, updates are lost, or the database "
         "falls behind"));
  connect(m_action, &QAction::triggered, this, [this](bool on) {
    QSettings().setValue("notify", on);
    m_state.restart();  // a state that is bad already is news
  });
}

Announcer::~Announcer() = default;

void Announcer::watch(Source& source) {
  connect(&source, &Source::opened, this, [this] { m_state.restart(); });
  connect(&source, &Source::changed, this, &Announcer::see);
}

void Announcer::see() {
  if (!m_action->isChecked()) return;
  const auto news = m_state.see(m_data.healthText(), m_data.condition, engine::system_clock().now());
  if (news) m_notifier->notify(news->title, news->text);
}

}  // namespace metabatch::gui
