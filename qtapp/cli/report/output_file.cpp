// SPDX-License-Identifier: Apache-2.0
#include "cli/report/output_file.hpp"

#include <QFile>
#include <QSaveFile>
#include <filesystem>

#include "cli/flags/arguments.hpp"
#include "cli/terminal/console.hpp"

namespace metabatch::cli {
namespace {

/// To give the name of a device to a file would replace the device.
std::unique_ptr<QFileDevice> device_for(const std::string& path) {
  const QString name = QString::fromLocal8Bit(path.c_str());
  std::error_code failed;
  const bool is_there = std::filesystem::exists(path, failed);
  if (is_there && !std::filesystem::is_regular_file(path, failed)) return std::make_unique<QFile>(name);
  return std::make_unique<QSaveFile>(name);
}

}  // namespace

OutputFile::OutputFile() = default;
OutputFile::OutputFile(OutputFile&&) noexcept = default;
OutputFile& OutputFile::operator=(OutputFile&&) noexcept = default;
OutputFile::~OutputFile() = default;  // without finish() nothing is left behind

OutputFile::OutputFile(std::string_view flag, const std::string& path)
    : file_(device_for(path)), shown_(std::string(flag) + ": " + path) {
  if (!file_->open(QIODevice::WriteOnly)) throw UsageError(shown_ + ": " + file_->errorString().toStdString());
}

void OutputFile::write(std::string_view bytes) {
  if (file_ != nullptr) file_->write(bytes.data(), static_cast<qint64>(bytes.size()));  // finish() knows of errors
}

bool OutputFile::finish(Console& console) {
  if (file_ == nullptr) return true;
  auto* const whole = qobject_cast<QSaveFile*>(file_.get());
  const bool is_written = whole != nullptr ? whole->commit() : file_->flush() && file_->error() == QFile::NoError;
  if (!is_written) console.message(shown_ + ": cannot be written: " + file_->errorString().toStdString());
  return is_written;
}

}  // namespace metabatch::cli
