// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vector>

namespace metabatch::gui {

struct WindowData;

/// A situation that an operator should recognize at a glance.
struct PicturedFault {
  const char* name;           ///< of the picture
  void (*fill)(WindowData&);  ///< two minutes of figures that end in the situation
};

/// The situations: connection lost, slow database, locked row, full buffer, refused values, clocks
/// apart, watchers not notified, metrics unreachable, and all well.
std::vector<PicturedFault> picturedFaults();

}  // namespace metabatch::gui
