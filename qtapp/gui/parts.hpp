// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

/// Every page, panel and dialog that the window is made of.
#include "gui/agents_page.hpp"
#include "gui/channel_page.hpp"
#include "gui/connect_dialog.hpp"
#include "gui/dashboard.hpp"
#include "gui/doctor_page.hpp"
#include "gui/doors_page.hpp"
#include "gui/fleet_knobs.hpp"
#include "gui/flush_page.hpp"
#include "gui/inspector_page.hpp"
#include "gui/quarantine_page.hpp"
#include "gui/recordings.hpp"
#include "gui/replay_bar.hpp"
#include "gui/replay_dialog.hpp"
#include "gui/tune_panel.hpp"
