// SPDX-License-Identifier: Apache-2.0
#include "cli/output_file.hpp"

#include <QSaveFile>

#include "cli/arguments.hpp"
#include "cli/console.hpp"

namespace metabatch::cli {

OutputFile::OutputFile() = default;
OutputFile::OutputFile(OutputFile&&) noexcept = default;
OutputFile& OutputFile::operator=(OutputFile&&) noexcept = default;
OutputFile::~OutputFile() = default;  // without finish() nothing is left behind

OutputFile::OutputFile(std::string_view flag, const std::string& path)
    : file_(std::make_unique<QSaveFile>(QString::fromLocal8Bit(path.c_str()))),
      shown_(std::string(flag) + ": " + path) {
  if (!file_->open(QIODevice::WriteOnly)) throw UsageError(shown_ + ": " + file_->errorString().toStdString());
}

void OutputFile::write(std::string_view bytes) {
  if (file_ != nullptr) file_->write(bytes.data(), static_cast<qint64>(bytes.size()));  // finish() knows of errors
}

bool OutputFile::finish(Console& console) {
  if (file_ == nullptr || file_->commit()) return true;
  console.message(shown_ + ": cannot be written: " + file_->errorString().toStdString());
  return false;
}

}  // namespace metabatch::cli
