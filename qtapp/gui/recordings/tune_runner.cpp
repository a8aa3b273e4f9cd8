// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/recordings/tune_runner.hpp"

#include <utility>

namespace metabatch::gui {

void TuneRunner::ask(models::WhatIfQuestion question, Duration maxDelay) {
  m_thread.ask([this, maxDelay, question = std::move(question)](const auto& isCancelled, const auto& progress,
                                                                const auto& answer) {
    const auto found = models::tune(question, maxDelay, isCancelled, [&](std::size_t done, std::size_t size) {
      progress([this, done, size] { emit progressed(static_cast<int>(done), static_cast<int>(size)); });
    });
    answer([this, found] { emit answered(found); });
  });
}

}  // namespace metabatch::gui
