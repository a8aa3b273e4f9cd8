// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <string>
#include <vector>

namespace CLI {
class App;
}

namespace metabatch::cli {

using Environment = std::map<std::string, std::string>;
Environment current_environment();

/// The arguments of the process after those of the config file and of the environment, so that the
/// last one wins: flag > environment (METABATCH_BATCH_SIZE for --batch-size) > config file >
/// default. The file is `--config FILE`, METABATCH_CONFIG or metabatch/config.toml in the user's
/// XDG config folder. Its keys are flags without the leading dashes (`_` and `-` are equal), for
/// every command or in a section [ingest] for one.
///
/// @shape  arguments: without the program's name
/// @errors throws UsageError: no such command; the file cannot be read, or sets what no command
///         has; METABATCH_DB is empty
std::vector<std::string> layered_arguments(const CLI::App& app, const std::vector<std::string>& arguments,
                                           const Environment& environment);

}  // namespace metabatch::cli
