// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>

#include "cli/flags/arguments.hpp"
#include "cli/flags/pubsub_flags.hpp"

namespace metabatch::cli {

/// The flags that `run` and `ingest` have in common: where their session writes, with which
/// settings, and what it prints.
struct SessionFlags {
  DatabaseFlag database;
  SettingsFlags settings;
  std::string config_file;
  std::string spool;
  PubsubFlags pubsub;
  std::size_t writers = 1;
  bool print_notifications = false;
  bool json = false;

  /// Adds all but `--db`, which stands before a command's own flags.
  void add_to(CLI::App& command);
};

}  // namespace metabatch::cli
