// SPDX-License-Identifier: Apache-2.0
#include <CLI/CLI.hpp>
#include <QEventLoop>
#include <QFile>
#include <QNetworkAccessManager>
#include <QNetworkReply>
#include <QSocketNotifier>
#include <QSslConfiguration>
#include <QTimer>
#include <QUrl>
#include <csignal>
#include <functional>
#include <memory>
#include <utility>

#include "cli/commands/commands.hpp"
#include "cli/flags/arguments.hpp"
#include "cli/terminal/console.hpp"
#include "cli/terminal/screen.hpp"
#include "cli/terminal/stop_signals.hpp"
#include "cli/terminal/top_view.hpp"
#include "engine/clock.hpp"
#include "feed/stop_request.hpp"
#include "feed/text_file.hpp"
#include "metabatch/prometheus.hpp"
#include "service/agents/file_tokens.hpp"

namespace metabatch::cli {
namespace {

constexpr qint64 kMostBytes = qint64{16} << 20;  // of a page, of a file of certificates
constexpr Duration kPatience = std::chrono::seconds(5);
constexpr const char* kAccept = "text/plain;version=0.0.4";

struct TopFlags {
  std::string address = "127.0.0.1:7280";
  std::string every = "1s";
  std::string metric_prefix{kDefaultMetricPrefix};
  std::string ca;
  std::string token_file;
  std::string config_file;
  bool once = false;
  bool json = false;
};

int milliseconds_of(Duration duration) {
  return static_cast<int>(std::chrono::duration_cast<std::chrono::milliseconds>(duration).count());
}

QUrl url_of(const std::string& address) {
  const QString text = QString::fromStdString(address);
  QUrl url(text.contains("://") ? text : "http://" + text, QUrl::StrictMode);
  const bool is_known = url.scheme() == "http" || url.scheme() == "https";
  if (!url.isValid() || !is_known || url.host().isEmpty())
    throw UsageError("'" + address + "' is not an address such as 127.0.0.1:7280 or http(s)://HOST:PORT/metrics");
  if (url.path().isEmpty() || url.path() == "/") url.setPath("/metrics");
  return url;
}

/// Changes of the terminal's size, as a descriptor that can be read.
class Resizes {
 public:
  Resizes() {
    pipe = &pipe_;
    struct sigaction action {};
    action.sa_handler = [](int) {
      if (pipe != nullptr) pipe->wake();
    };
    action.sa_flags = SA_RESTART;
    ::sigaction(SIGWINCH, &action, nullptr);
  }
  ~Resizes() {
    ::signal(SIGWINCH, SIG_DFL);
    pipe = nullptr;
  }
  Resizes(const Resizes&) = delete;
  Resizes& operator=(const Resizes&) = delete;
  [[nodiscard]] int fd() const { return pipe_.fd(); }
  void take() { pipe_.take(); }

 private:
  static inline WakePipe* pipe = nullptr;
  WakePipe pipe_;
};

/// Requests the page of metrics at an interval and shows the result, until the user ends it.
class Top {
 public:
  Top(const TopFlags& flags, Duration every, Console& console)
      : flags_(flags),
        every_(every),
        console_(console),
        url_(url_of(flags.address)),
        view_(url_.toDisplayString(QUrl::RemovePassword).toStdString(), flags.metric_prefix) {
    if (!flags.ca.empty()) read_authorities();
    if (!flags.token_file.empty()) read_token();
    if (!flags.once && !flags.json && Screen::is_there()) screen_ = std::make_unique<Screen>();
  }

  int run() {
    const QSocketNotifier called(signals_.fd(), QSocketNotifier::Read);
    QObject::connect(&called, &QSocketNotifier::activated, &loop_, [this] { loop_.exit(exit_interrupted); });
    const QSocketNotifier resized(resizes_.fd(), QSocketNotifier::Read);
    QObject::connect(&resized, &QSocketNotifier::activated, &loop_, [this] {
      resizes_.take();
      if (screen_) draw();
    });
    std::unique_ptr<QSocketNotifier> pressed;
    if (screen_ && screen_->reads_keys()) {
      pressed = std::make_unique<QSocketNotifier>(0, QSocketNotifier::Read);
      QObject::connect(pressed.get(), &QSocketNotifier::activated, &loop_, [this] { on_key(); });
    }
    QTimer timer;
    QObject::connect(&timer, &QTimer::timeout, &loop_, [this] { ask(); });
    timer.start(milliseconds_of(every_));
    ask();
    return loop_.exec();
  }

 private:
  void read_authorities() {
    const feed::TextFile file = feed::read_text_file(flags_.ca, kMostBytes);
    if (!file.problem.empty()) throw UsageError("--ca: " + file.problem);
    const QList<QSslCertificate> known = QSslCertificate::fromData(QByteArray::fromStdString(file.text));
    if (known.isEmpty()) throw UsageError("--ca: " + flags_.ca + " has no certificate in PEM");
    tls_.setCaCertificates(known);
  }

  void read_token() {
    const auto tokens = service::read_tokens(flags_.token_file);
    if (const std::string* const wrong = std::get_if<std::string>(&tokens)) throw UsageError("--token-file: " + *wrong);
    if (std::get<0>(tokens).empty()) throw UsageError("--token-file: " + flags_.token_file + " has no token");
    authorization_ = "Bearer " + QByteArray::fromStdString(std::get<0>(tokens).front());
  }

  void on_key() {
    const char key = Screen::key();
    if (key == 'q' || key == 'Q' || key == 0) loop_.exit(exit_ok);  // 0: the terminal is gone
  }

  void ask() {
    if (reply_ != nullptr) return draw();  // the last request is still running, within its limit
    QUrl readiness = url_;
    readiness.setPath("/readyz");
    request(readiness, [this] { on_readiness(); });
  }

  void request(const QUrl& url, const std::function<void()>& on_answer) {
    QNetworkRequest request(url);
    request.setRawHeader("Accept", kAccept);
    if (!authorization_.isEmpty()) {
      request.setRawHeader("Authorization", authorization_);
      request.setAttribute(QNetworkRequest::RedirectPolicyAttribute, QNetworkRequest::SameOriginRedirectPolicy);
    }
    request.setTransferTimeout(milliseconds_of(kPatience));
    request.setSslConfiguration(tls_);
    reply_ = network_.get(request);
    QObject::connect(reply_, &QNetworkReply::downloadProgress, &loop_, [this](qint64 got, qint64) {
      if (got > kMostBytes) reply_->abort();
    });
    QObject::connect(reply_, &QNetworkReply::finished, &loop_, on_answer);
  }

  /// A service without /readyz has no findings. The page is requested in any case, and its failure
  /// is the one that is shown.
  void on_readiness() {
    QNetworkReply& reply = *std::exchange(reply_, nullptr);
    reply.deleteLater();
    const int status = reply.attribute(QNetworkRequest::HttpStatusCodeAttribute).toInt();
    view_.add_readiness(status == 200 || status == 503 ? reply.readAll().toStdString() : std::string());
    request(url_, [this] { on_page(); });
  }

  void on_page() {
    QNetworkReply& reply = *std::exchange(reply_, nullptr);
    reply.deleteLater();
    const Instant now = engine::system_clock().now();
    const int status = reply.attribute(QNetworkRequest::HttpStatusCodeAttribute).toInt();
    const QByteArray type = reply.header(QNetworkRequest::ContentTypeHeader).toByteArray();
    if (status != 0 && status != 200)
      view_.add_failure("HTTP status " + std::to_string(status), now);
    else if (reply.error() != QNetworkReply::NoError)
      view_.add_failure(reply.errorString().toStdString(), now);
    else if (!type.startsWith("text/plain"))
      view_.add_failure("the answer is not a page of metrics but " + type.left(60).toStdString(), now);
    else
      view_.add_page(reply.readAll().toStdString(), now);
    ++answers_;
    if (!flags_.once) return draw();
    if (!view_.is_reached()) {
      console_.message(url_.toDisplayString(QUrl::RemovePassword).toStdString() + ": " + view_.why_not());
      return loop_.exit(exit_failed);
    }
    if (answers_ < 2) return;  // a rate needs two pages
    draw();
    loop_.exit(exit_ok);
  }

  void draw() {
    const Instant now = engine::system_clock().now();
    if (flags_.json) {
      console_.data(view_.json(now) + "\n");
    } else if (screen_) {
      return draw_screen(view_.lines(now));
    } else {
      for (const TopLine& line : view_.lines(now)) console_.data(line.text + "\n");
      if (!flags_.once) console_.data("\n");
    }
    if (!console_.finish_data()) loop_.exit(exit_failed);
  }

  void draw_screen(const std::vector<TopLine>& lines) {
    std::vector<Screen::Line> shown;
    shown.reserve(lines.size());
    for (const TopLine& line : lines)
      shown.push_back({line.text, line.kind == TopLine::Kind::head        ? "1"
                                  : line.kind == TopLine::Kind::attention ? "1;31"
                                                                          : ""});
    const std::string end = "every " + format_duration(every_) + "; q ends";
    shown.push_back({"", ""});
    shown.push_back({end, "2"});
    screen_->show(shown);
  }

  const TopFlags& flags_;
  const Duration every_;
  Console& console_;
  const QUrl url_;
  TopView view_;
  QByteArray authorization_;  // or empty
  QSslConfiguration tls_ = QSslConfiguration::defaultConfiguration();
  Signals signals_;
  Resizes resizes_;
  QEventLoop loop_;
  QNetworkAccessManager network_;
  QNetworkReply* reply_ = nullptr;
  int answers_ = 0;
  std::unique_ptr<Screen> screen_;  // destroyed first: later messages are visible
};

int top(const TopFlags& flags, Console& console) {
  const Duration every = duration_of("--every", flags.every);
  if (every < std::chrono::milliseconds(100) || every > std::chrono::hours(1)) throw UsageError("--every: 100ms to 1h");
  if (!is_metric_prefix(flags.metric_prefix)) throw UsageError("--metric-prefix: letters, digits, _ and : only");
  return Top(flags, every, console).run();
}

}  // namespace

Command add_top(CLI::App& program) {
  const auto flags = std::make_shared<TopFlags>();
  CLI::App* const app = program.add_subcommand("top", "Watch a running `metabatch serve` in the terminal");
  app->add_option("ADDRESS", flags->address, "the service: HOST:PORT or http(s)://HOST:PORT/metrics (127.0.0.1:7280)");
  app->add_option("--every", flags->every, "time between two requests (1s)")->type_name("TIME");
  app->add_flag("--once", flags->once, "request two pages, print once and end; status 1 when there is no answer");
  app->add_flag("--json", flags->json, "print one JSON object a page");
  app->add_option("--ca", flags->ca, "certificates to trust, PEM (those of the system)")->type_name("FILE");
  app->add_option("--token-file", flags->token_file, "the first token in it is sent, as --metrics-token-file wants it")
      ->type_name("FILE");
  app->add_option("--metric-prefix", flags->metric_prefix, "before every metric (coderd_agentapi_)")->type_name("TEXT");
  app->add_option("--config", flags->config_file, "TOML file with flags (metabatch/config.toml in your config folder)")
      ->type_name("FILE");
  app->footer(
      "Rates are of the last 10 s, flush times of the last minute, as exact as the buckets of the histogram.\n"
      "A line that begins with ! needs attention. Without a terminal, or with TERM=dumb, each page is printed as "
      "plain\n"
      "text. NO_COLOR switches colours off.\n"
      "\n"
      "Examples:\n"
      "  metabatch top\n"
      "  metabatch top https://metabatch.example.org:7280/metrics --ca ca.pem\n"
      "  metabatch top --once --json | jq .per_second");
  return {app, [flags](Console& console) { return top(*flags, console); }};
}

}  // namespace metabatch::cli
