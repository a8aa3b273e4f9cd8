// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

/// Every page, panel and dialog that the window is made of.
#include "gui/pages/agents_page.hpp"
#include "gui/pages/channel_page.hpp"
#include "gui/dialogs/connect_dialog.hpp"
#include "gui/pages/dashboard.hpp"
#include "gui/pages/doctor_page.hpp"
#include "gui/pages/start_page.hpp"
#include "gui/session/fleet_settings.hpp"
#include "gui/pages/flush_page.hpp"
#include "gui/pages/inspector_page.hpp"
#include "gui/pages/quarantine_page.hpp"
#include "gui/session/recordings.hpp"
#include "gui/panels/replay_bar.hpp"
#include "gui/dialogs/replay_dialog.hpp"
#include "gui/panels/tune_panel.hpp"
