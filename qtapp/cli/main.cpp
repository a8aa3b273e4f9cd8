// SPDX-License-Identifier: Apache-2.0
#include <fcntl.h>

#include <CLI/CLI.hpp>
#include <QCoreApplication>
#include <clocale>
#include <string>
#include <vector>

#include "cli/flags/arguments.hpp"
#include "cli/commands/commands.hpp"
#include "cli/terminal/console.hpp"

namespace {

using namespace metabatch::cli;

/// A standard stream that the caller closed would become the next file opened. So each is open, and fails when used.
void occupy_standard_streams() {
  for (const int stream : {0, 1, 2})
    if (::fcntl(stream, F_GETFD) < 0) (void)::open("/dev/null", stream == 0 ? O_WRONLY : O_RDONLY);
}

void describe(CLI::App& program) {
  program.set_version_flag("--version", "metabatch " METABATCH_VERSION);
  program.require_subcommand(1);
  program.failure_message(CLI::FailureMessage::simple);
  program.option_defaults()->multi_option_policy(CLI::MultiOptionPolicy::TakeLast);
  program.footer(
      "Settings come from flags, then from the environment (METABATCH_BATCH_SIZE for --batch-size), then from a config "
      "file.\n"
      "Exit status: 0 done, 1 failed, 2 wrong usage, 3 done but something was dropped, unmatched or rejected,\n"
      "130 interrupted (Ctrl-C writes what is held first; a second one leaves at once).\n\n"
      "Examples:\n"
      "  metabatch run                                    a simulated fleet on a file of its own\n"
      "  metabatch ingest --register updates.ndjson       write recorded updates\n"
      "  metabatch simulate headline                      the same in virtual time, minutes in milliseconds\n"
      "  metabatch ingest --help");
}

/// Flags are layered before the parser sees them, and it wants them in reverse.
void parse(CLI::App& program, int argc, char** argv) {
  const std::vector<std::string> given(argv + 1, argv + argc);
  std::vector<std::string> arguments = layered_arguments(program, given, current_environment());
  program.parse(std::vector<std::string>(arguments.rbegin(), arguments.rend()));
}

}  // namespace

int main(int argc, char** argv) {
  occupy_standard_streams();
  Console console;
  CLI::App program("Batches agents' metadata: keeps the newest value of each key and writes many at once.",
                   "metabatch");
  describe(program);
  const std::vector<Command> commands = {
      add_ingest(program), add_run(program),     add_simulate(program), add_tune(program),  add_encode(program),
      add_decode(program), add_inspect(program), add_listen(program),   add_serve(program), add_agents(program),
      add_top(program),    add_init_db(program), add_doctor(program)};
  try {
    parse(program, argc, argv);
    const QCoreApplication application(argc, argv);  // finds the database driver
    QCoreApplication::setApplicationVersion(METABATCH_VERSION);
    std::setlocale(LC_NUMERIC, "C");  // it has set the user's locale: numbers stay as machines read them
    for (const Command& command : commands)
      if (command.app->parsed()) return command.run(console);
  } catch (const CLI::ParseError& error) {
    if (argc == 1) {
      console.text(program.help());
      return exit_usage;
    }
    return program.exit(error) == 0 ? exit_ok : exit_usage;
  } catch (const UsageError& error) {
    console.message(error.what());
    return exit_usage;
  }
  return exit_usage;
}
