// SPDX-License-Identifier: Apache-2.0
#include "cli/flags/session_flags.hpp"

#include <CLI/CLI.hpp>

namespace metabatch::cli {

void SessionFlags::add_to(CLI::App& command) {
  command.add_flag("--json", json, "print the result as one JSON object");
  command.add_flag(
      "--print-notifications", print_notifications,
      "print each notification's payload on stdout, for `metabatch decode`; the summary then goes to stderr");
  command.add_option("--config", config_file, "TOML file with flags (metabatch/config.toml in your config folder)")
      ->type_name("FILE");
  settings.add_to(command);
  add_writers(command, writers);
  add_spool(command, spool);
  pubsub.add_to(command);
}

}  // namespace metabatch::cli
