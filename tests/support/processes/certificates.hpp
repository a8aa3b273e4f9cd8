// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QFile>
#include <QProcess>
#include <QStringList>
#include <QtGlobal>

/// Certificates and keys that openssl makes in a folder: NAME.crt and NAME.key.
class Certificates {
 public:
  explicit Certificates(QString folder) : folder_(std::move(folder)) {}

  [[nodiscard]] QString file(const QString& name) const { return folder_ + "/" + name; }
  void make_authority(const QString& name) const {
    openssl({"req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-subj",
             "/CN=" + name, "-keyout", file(name + ".key"), "-out", file(name + ".crt")});
  }
  /// @shape subject: `DNS:db.test`, `IP:127.0.0.1`; days: how long it is valid; 0: it has expired
  ///        when this returns; serial: the number of the certificate; empty: one is chosen
  void make(const QString& name, const QString& authority, const QByteArray& subject, int days = 2,
            const QString& serial = {}) const {
    QFile names(file(name + ".names"));
    if (!names.open(QIODevice::WriteOnly)) qFatal("cannot write");
    names.write("subjectAltName=" + subject + "\n");
    names.close();
    openssl({"req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", "/CN=" + name, "-keyout",
             file(name + ".key"), "-out", file(name + ".csr")});
    const QStringList number = serial.isEmpty() ? QStringList{"-CAcreateserial"} : QStringList{"-set_serial", serial};
    openssl(QStringList{"x509", "-req", "-in", file(name + ".csr"), "-CA", file(authority + ".crt"), "-CAkey",
                        file(authority + ".key"), "-days", QString::number(days), "-extfile", names.fileName(), "-out",
                        file(name + ".crt")} +
            number);
    // Certificates count whole seconds, and newer versions of openssl make none of the past.
    while (days == 0 &&
           QProcess::execute("openssl", {"x509", "-in", file(name + ".crt"), "-noout", "-checkend", "0"}) == 0)
      continue;
    QFile::setPermissions(file(name + ".key"), QFile::ReadOwner | QFile::WriteOwner);
  }

 private:
  static void openssl(const QStringList& arguments) {
    QProcess program;
    program.start("openssl", arguments);
    if (!program.waitForFinished() || program.exitCode() != 0)
      qFatal("openssl: %s", program.readAllStandardError().constData());
  }
  const QString folder_;
};
