// SPDX-License-Identifier: Apache-2.0
#include "support/pg/pg_cluster.hpp"

#include <fcntl.h>
#include <libpq-fe.h>
#include <pwd.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <QtGlobal>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <thread>

#include "support/processes/stop_process.hpp"

namespace metabatch::test {
namespace {

namespace fs = std::filesystem;

constexpr auto kLongestStart = std::chrono::seconds(60);
constexpr auto kPollPause = std::chrono::milliseconds(10);

std::string read_all(const std::string& path) {
  std::ifstream file(path);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

void append(const std::string& path, const std::vector<std::string>& lines) {
  std::ofstream file(path, std::ios::app);
  for (const std::string& line : lines) file << line << '\n';
}

/// Every child process of `parent`: a killed postmaster cannot end its own children.
std::vector<pid_t> children_of(pid_t parent) {
  std::vector<pid_t> found;
  for (const auto& entry : fs::directory_iterator("/proc")) {
    const std::string name = entry.path().filename();
    if (name.find_first_not_of("0123456789") != std::string::npos) continue;
    const std::string stat = read_all(entry.path() / "stat");
    const std::size_t end = stat.rfind(')');
    if (end == std::string::npos) continue;
    std::istringstream rest(stat.substr(end + 2));
    char state = 0;
    pid_t its_parent = 0;
    rest >> state >> its_parent;
    if (its_parent == parent) found.push_back(static_cast<pid_t>(std::stol(name)));
  }
  return found;
}

bool is_gone(pid_t pid) {
  if (::kill(pid, 0) != 0) return true;
  const std::string stat = read_all("/proc/" + std::to_string(pid) + "/stat");
  const std::size_t end = stat.rfind(')');
  return end == std::string::npos || stat[end + 2] == 'Z';
}

}  // namespace

std::string pg_bin() {
  if (const char* given = std::getenv("METABATCH_PG_BIN")) return given;
  std::string newest;
  int newest_version = 0;
  if (fs::exists("/usr/lib/postgresql"))
    for (const auto& entry : fs::directory_iterator("/usr/lib/postgresql")) {
      const int version = std::atoi(entry.path().filename().c_str());
      if (version <= newest_version || !fs::exists(entry.path() / "bin/postgres")) continue;
      newest = entry.path() / "bin";
      newest_version = version;
    }
  if (newest.empty()) qFatal("no PostgreSQL server found; install the package postgresql or set METABATCH_PG_BIN");
  return newest;
}

pid_t spawn(const std::vector<std::string>& arguments, const std::string& log) {
  std::vector<std::string> all = arguments;
  std::vector<std::string> prefix = {"setpriv", "--pdeathsig=QUIT"};
  if (geteuid() == 0) prefix.insert(prefix.end(), {"--reuid=nobody", "--regid=nogroup", "--clear-groups"});
  all.insert(all.begin(), prefix.begin(), prefix.end());
  std::vector<char*> argv;
  for (std::string& one : all) argv.push_back(one.data());
  argv.push_back(nullptr);
  const pid_t pid = ::fork();
  if (pid < 0) qFatal("cannot fork");
  if (pid > 0) return pid;
  const int out = ::open(log.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0644);
  const int in = ::open("/dev/null", O_RDONLY);
  ::dup2(in, 0);
  ::dup2(out, 1);
  ::dup2(out, 2);
  ::setenv("LC_ALL", "C.UTF-8", 1);
  if (::chdir("/") != 0) ::_exit(126);
  ::execvp(argv[0], argv.data());
  ::_exit(127);
}

int wait_for(pid_t pid) {
  int status = 0;
  while (::waitpid(pid, &status, 0) < 0 && errno == EINTR) {
  }
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

void give_away(const std::string& path) {
  if (geteuid() != 0) return;
  const passwd* const nobody = ::getpwnam("nobody");
  if (nobody == nullptr || ::chown(path.c_str(), nobody->pw_uid, nobody->pw_gid) != 0)
    qFatal("cannot give %s away", path.c_str());
}

PgCluster::PgCluster(Unmade) {
  std::string name = "/tmp/mb-pg-XXXXXX";  // short: a socket's path has at most 107 bytes
  if (::mkdtemp(name.data()) == nullptr) qFatal("cannot make a folder in /tmp");
  folder_ = name;
  ::chmod(folder_.c_str(), 0755);
  give_away(folder_);
}

PgCluster::PgCluster(std::vector<std::string> settings, std::vector<std::string> initdb) : PgCluster(Unmade{}) {
  std::vector<std::string> arguments = {
      pg_bin() + "/initdb", "-D", data(), "-U", "postgres", "-A", "trust", "--no-sync", "-E", "UTF8",
      "--locale=C.UTF-8"};
  arguments.insert(arguments.end(), initdb.begin(), initdb.end());
  if (wait_for(spawn(arguments, folder_ + "/initdb.log")) != 0)
    qFatal("initdb: %s", read_all(folder_ + "/initdb.log").c_str());
  configure({"listen_addresses=''", "unix_socket_directories='" + folder_ + "'", "fsync=off", "deadlock_timeout=50ms",
             "max_connections=40", "log_line_prefix='%m [%p] %e '"});
  configure(settings);
}

std::unique_ptr<PgCluster> PgCluster::standby_of(const PgCluster& primary, Place place, int port) {
  std::unique_ptr<PgCluster> standby(new PgCluster(Unmade{}));
  if (port != 0) standby->use_place(std::move(place), port);
  standby->become_standby_of(primary);
  return standby;
}

void PgCluster::become_standby_of(const PgCluster& primary) {
  stop(Stop::immediate);
  fs::remove_all(data());
  const std::string log = folder_ + "/backup.log";
  const std::string from = primary.has_tcp_ ? "host=" + primary.place_.address() +
                                                  " port=" + std::to_string(primary.port_) + " user=postgres"
                                            : primary.address();
  const Visit visit = place_.visit();
  if (wait_for(spawn(
          {pg_bin() + "/pg_basebackup", "-D", data(), "-d", from, "-R", "-X", "stream", "-c", "fast", "--no-sync"},
          log)) != 0)
    qFatal("pg_basebackup: %s", read_all(log).c_str());
  configure({"unix_socket_directories='" + folder_ + "'"});
  configure_place();
}

PgCluster::~PgCluster() {
  if (is_running()) stop(Stop::immediate);
  std::error_code ignored;
  fs::remove_all(folder_, ignored);
}

void PgCluster::launch() {
  if (is_running()) return;
  std::vector<std::string> server = {pg_bin() + "/postgres", "-D", data()};
#ifdef METABATCH_NO_SPACE_LIBRARY
  if (has_such_disk_) {
    const std::string library = folder_ + "/no_space.so";  // where `nobody` can read it
    fs::copy_file(METABATCH_NO_SPACE_LIBRARY, library, fs::copy_options::overwrite_existing);
    server.insert(server.begin(), {"env", "LD_PRELOAD=" + library, "METABATCH_NO_SPACE=" + is_full()});
  }
#endif
  const Visit visit = place_.visit();
  pid_ = spawn(server, folder_ + "/server.log");
}

void PgCluster::start() {
  if (is_running()) return;
  launch();
  const auto deadline = std::chrono::steady_clock::now() + kLongestStart;
  const std::string where = address();
  while (PQping(where.c_str()) != PQPING_OK) {
    if (std::chrono::steady_clock::now() > deadline || ::waitpid(pid_, nullptr, WNOHANG) == pid_)
      qFatal("the server does not start: %s", log().c_str());
    std::this_thread::sleep_for(kPollPause);
  }
}

void PgCluster::stop(Stop how) {
  if (!is_running()) return;
  const std::vector<pid_t> family = how == Stop::kill ? children_of(pid_) : std::vector<pid_t>{};
  ::kill(pid_, how == Stop::fast ? SIGINT : how == Stop::immediate ? SIGQUIT : SIGKILL);
  for (const pid_t child : family) ::kill(child, SIGKILL);
  wait_for(pid_);
  pid_ = -1;
  for (const pid_t child : family)
    while (!is_gone(child)) std::this_thread::sleep_for(kPollPause);
}

void PgCluster::freeze() const {
  stop_process(pid_);  // first, so that it starts no more
  for (const pid_t child : children_of(pid_)) ::kill(child, SIGSTOP);
}

void PgCluster::thaw() const {
  for (const pid_t child : children_of(pid_)) ::kill(child, SIGCONT);
  ::kill(pid_, SIGCONT);
}

void PgCluster::configure(const std::vector<std::string>& settings) { append(data() + "/postgresql.conf", settings); }

void PgCluster::use_port(int port) {
  port_ = port;
  configure({"port=" + std::to_string(port)});
}

void PgCluster::use_place(Place place, int port) {
  place_ = std::move(place);
  port_ = port;
  has_tcp_ = true;
  if (fs::exists(data())) configure_place();
}

void PgCluster::configure_place() {
  if (!has_tcp_) return;
  configure({"listen_addresses='" + place_.address() + "'", "port=" + std::to_string(port_)});
  authenticate(
      "local all all trust\nlocal replication all trust\nhost all all 0.0.0.0/0 trust\n"
      "host replication all 0.0.0.0/0 trust");
}

void PgCluster::authenticate(std::string_view hba) {
  std::ofstream file(data() + "/pg_hba.conf", std::ios::trunc);
  file << hba << '\n';
}

void PgCluster::reload() const { ::kill(pid_, SIGHUP); }

std::string PgCluster::address(std::string_view user, std::string_view database) const {
  return "host=" + folder_ + " port=" + std::to_string(port_) + " user=" + std::string(user) +
         " dbname=" + std::string(database);
}

std::string PgCluster::log() const { return read_all(folder_ + "/server.log"); }

}  // namespace metabatch::test
