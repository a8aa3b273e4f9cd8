// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <vector>

namespace CLI {
class App;
}

namespace metabatch::cli {

class Console;

/// One subcommand as main() runs it: whichever was named on the command line.
struct Command {
  CLI::App* app;
  std::function<int(Console&)> run;  ///< answers an ExitCode; may throw UsageError
};

/// Each adds its subcommand, with its flags, help and examples, to the program.
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
