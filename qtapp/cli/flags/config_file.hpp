// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace metabatch::cli {

/// One setting of a config file.
struct ConfigSetting {
  std::string section;              ///< its command; empty: every command
  std::string key;                  ///< as it is written
  std::vector<std::string> values;  ///< one value, or those of a list; texts without their quotes
  std::string place;                ///< FILE:LINE:COLUMN, for messages
};

/// Reads a config file: TOML with texts, whole numbers, `true`, `false` and lists of these, and a
/// section a command.
///
/// @errors throws UsageError with line and column: it is no TOML, a value is empty or of another
///         kind, or a section is
///         inside a section
std::vector<ConfigSetting> read_config_file(const std::string& path);

}  // namespace metabatch::cli
