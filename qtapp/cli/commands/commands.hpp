// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <vector>

namespace CLI {
class App;
}

namespace metabatch::cli {

class Console;

/// One subcommand as main() runs it: the one that the command line names.
struct Command {
  CLI::App* app;
  std::function<int(Console&)> run;  ///< returns an ExitCode; may throw UsageError
};

/// Each function adds its subcommand, with flags, help and examples, to the program.
Command add_ingest(CLI::App& program);
Command add_run(CLI::App& program);
Command add_simulate(CLI::App& program);
Command add_tune(CLI::App& program);
Command add_encode(CLI::App& program);
Command add_decode(CLI::App& program);
Command add_inspect(CLI::App& program);
Command add_listen(CLI::App& program);
Command add_init_db(CLI::App& program);
Command add_doctor(CLI::App& program);
Command add_serve(CLI::App& program);
Command add_agents(CLI::App& program);
Command add_top(CLI::App& program);

}  // namespace metabatch::cli
