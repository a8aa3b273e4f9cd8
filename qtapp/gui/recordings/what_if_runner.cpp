// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/recordings/what_if_runner.hpp"

#include <utility>

namespace metabatch::gui {

void WhatIfRunner::ask(models::WhatIfQuestion question) {
  m_thread.ask(
      [this, question = std::move(question)](const auto& isCancelled, const auto& progress, const auto& answer) {
        double reported = 0;
        const auto found = models::whatIf(question, isCancelled, [&](double share) {
          if (share - reported < 0.05) return;
          reported = share;
          progress([this, share] { emit progressed(share); });
        });
        answer([this, found] { found ? emit answered(*found) : emit failed(); });
      });
}

}  // namespace metabatch::gui
