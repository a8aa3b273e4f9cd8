// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/dialogs/keychain.hpp"

#include <qt6keychain/keychain.h>

#include <QCoreApplication>

namespace metabatch::gui {
namespace {

const QString& serviceName() {
  static const QString name = QStringLiteral("metabatch");
  return name;
}

QString problemOf(const QKeychain::Job& job) {
  switch (job.error()) {
    case QKeychain::NoError: return {};
    case QKeychain::NoBackendAvailable:
    case QKeychain::NotImplemented: return QCoreApplication::translate("Keychain", "no keychain runs on this desktop");
    case QKeychain::AccessDenied:
    case QKeychain::AccessDeniedByUser: return QCoreApplication::translate("Keychain", "the keychain was not unlocked");
    default: return QCoreApplication::translate("Keychain", "the keychain does not answer (%1)").arg(job.errorString());
  }
}

void begin(QKeychain::Job* job, const QString& profile, QObject* context, std::function<void(QKeychain::Job*)> done) {
  job->setKey(profile);
  job->setInsecureFallback(false);  // in the keychain, or nowhere
  QObject::connect(job, &QKeychain::Job::finished, context, std::move(done));
  job->start();
}

}  // namespace

void Keychain::keep(const QString& profile, const QString& password, QObject* context, const Done& done) {
  auto* const job = new QKeychain::WritePasswordJob(serviceName());
  job->setTextData(password);
  begin(job, profile, context, [done](QKeychain::Job* ended) { done(problemOf(*ended)); });
}

void Keychain::find(const QString& profile, QObject* context, const Found& found) {
  auto* const job = new QKeychain::ReadPasswordJob(serviceName());
  begin(job, profile, context, [found, job](QKeychain::Job* ended) {
    if (ended->error() == QKeychain::NoError) return found(job->textData(), {});
    found(std::nullopt, ended->error() == QKeychain::EntryNotFound ? QString() : problemOf(*ended));
  });
}

void Keychain::forget(const QString& profile, QObject* context, const Done& done) {
  auto* const job = new QKeychain::DeletePasswordJob(serviceName());
  begin(job, profile, context, [done](QKeychain::Job* ended) {
    done(ended->error() == QKeychain::EntryNotFound ? QString() : problemOf(*ended));
  });
}

}  // namespace metabatch::gui
