// SPDX-License-Identifier: Apache-2.0
#include "cli/terminal/qt_messages.hpp"

#include <QString>
#include <QtGlobal>
#include <mutex>

namespace metabatch::cli {
namespace {

std::mutex mutex;
QtMessages* innermost = nullptr;                   // mutex
std::function<void(const std::string&)> receiver;  // mutex: of the innermost

void receive(QtMsgType type, const QMessageLogContext&, const QString& text) {
  if (type == QtDebugMsg || type == QtInfoMsg) return;
  std::function<void(const std::string&)> sink;
  {
    const std::lock_guard lock(mutex);
    sink = receiver;
  }
  if (sink) sink(text.toStdString());  // no lock is held: the sink writes
}

}  // namespace

QtMessages::QtMessages(Sink sink) : sink_(std::move(sink)), outer_(innermost) {
  const std::lock_guard lock(mutex);
  innermost = this;
  receiver = sink_;
  qInstallMessageHandler(receive);
}

QtMessages::~QtMessages() {
  const std::lock_guard lock(mutex);
  innermost = outer_;
  receiver = outer_ != nullptr ? outer_->sink_ : Sink();
  if (outer_ == nullptr) qInstallMessageHandler(nullptr);
}

}  // namespace metabatch::cli
