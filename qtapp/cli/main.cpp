// SPDX-License-Identifier: Apache-2.0
#include <fcntl.h>

#include <CLI/CLI.hpp>
#include <QCoreApplication>
#include <clocale>
#include <sstream>
#include <string>
#include <vector>

#include "cli/commands/commands.hpp"
#include "cli/flags/arguments.hpp"
#include "cli/flags/layered_arguments.hpp"
#include "cli/terminal/console.hpp"
#include "cli/terminal/qt_messages.hpp"
#include "models/utf8_locale.hpp"
#include "service/systemd.hpp"

namespace {

using namespace metabatch::cli;

/// If the caller closed a standard stream, the next opened file would get its number. So this opens
/// each closed one in a way that fails when it is used.
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
      "130 interrupted (Ctrl-C writes what is buffered first; a second Ctrl-C leaves at once).\n\n"
      "Examples:\n"
      "  metabatch run                                    a simulated fleet on a private database file\n"
      "  metabatch ingest --register updates.ndjson       write recorded updates\n"
      "  metabatch simulate headline                      the same in virtual time, minutes in milliseconds\n"
      "  metabatch ingest --help");
}

/// Adds config file and environment to the arguments. The parser takes them in reverse order.
void parse(CLI::App& program, int argc, char** argv) {
  const std::vector<std::string> given(argv + 1, argv + argc);
  std::vector<std::string> arguments = layered_arguments(program, given, current_environment());
  program.parse(std::vector<std::string>(arguments.rbegin(), arguments.rend()));
}

/// Prints the text of --help, --version or of an error of the parser.
int finish(const CLI::App& program, const CLI::ParseError& error, Console& console) {
  std::ostringstream out, messages;
  const int code = program.exit(error, out, messages);
  console.text(messages.str());
  console.data(out.str());
  if (!console.finish_data()) return exit_failed;
  return code == 0 ? exit_ok : exit_usage;
}

}  // namespace

int main(int argc, char** argv) {
  occupy_standard_streams();
  Console console;
  const QtMessages qt_messages([&console](const std::string& text) { console.message(text); });
  CLI::App program("Batches agents' metadata: keeps the newest value of each key and writes many at once.",
                   "metabatch");
  describe(program);
  const std::vector<Command> commands = {
      add_ingest(program), add_run(program),     add_simulate(program), add_tune(program),  add_encode(program),
      add_decode(program), add_inspect(program), add_listen(program),   add_serve(program), add_agents(program),
      add_top(program),    add_init_db(program), add_doctor(program)};
  try {
    parse(program, argc, argv);
    if (const std::string wrong = metabatch::service::adopt_password_credential(); !wrong.empty()) {
      console.message(wrong);
      return exit_failed;
    }
    metabatch::models::useUtf8Locale();
    const QCoreApplication application(argc, argv);  // loads the database drivers
    QCoreApplication::setApplicationVersion(METABATCH_VERSION);
    std::setlocale(LC_NUMERIC, "C");  // QCoreApplication has set the user's locale; numbers must stay machine-readable
    for (const Command& command : commands)
      if (command.app->parsed()) return command.run(console);
  } catch (const CLI::ParseError& error) {
    if (argc == 1) {
      console.text(program.help());
      return exit_usage;
    }
    return finish(program, error, console);
  } catch (const MarkedError& error) {
    console.message(error.message);
    console.text(error.lines);
    return exit_usage;
  } catch (const UsageError& error) {
    console.message(error.what());
    return exit_usage;
  }
  return exit_usage;
}
