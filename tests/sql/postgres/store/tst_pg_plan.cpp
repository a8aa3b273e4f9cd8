// SPDX-License-Identifier: Apache-2.0
// How the server executes a flush: it finds rows through the primary key, in the order of the
// batch, whatever the size of the table and of the batch.
#include <QFile>
#include <QRegularExpression>
#include <QTest>
#include <memory>

#include "support/pg/pg_cluster.hpp"
#include "support/pg/pg_session.hpp"
#include "support/show.hpp"

using namespace metabatch;
using namespace metabatch::sql;
using namespace metabatch::test;

namespace {

std::string statement(const char* name) {
  QFile file(QStringLiteral(METABATCH_SOURCE_DIR "/resources/sql/%1.sql").arg(name));
  if (!file.open(QIODevice::ReadOnly)) qFatal("no statement %s", name);
  return file.readAll().toStdString();
}

std::string as_array(const std::vector<std::string>& items, const char* type) {
  std::string text = "'{";
  for (const std::string& item : items) text += (text.size() > 2 ? "," : "") + item;
  return text + "}'::" + type + "[]";
}

}  // namespace

class TestPgPlan : public QObject {
  Q_OBJECT

  std::unique_ptr<PgCluster> cluster_;
  std::unique_ptr<PgSession> session_;

  std::string plan(const std::string& prepared, const std::string& arguments) {
    std::string text;
    for (const auto& row : session_->run("EXPLAIN (COSTS OFF) EXECUTE " + prepared + arguments)) text += row[0] + "\n";
    return text;
  }
  void make_table(std::size_t rows) {
    session_->run("DROP TABLE IF EXISTS workspace_agent_metadata; DEALLOCATE ALL; RESET ALL");
    session_->run(create_table_sql("WITH (fillfactor=60)"));
    if (rows > 0) register_rows(*session_, rows / 15, 15);
    session_->run("ANALYZE workspace_agent_metadata");
    session_->run("PREPARE flush (uuid[], text[], text[], text[], timestamptz[]) AS " + statement("pg/update_entries"));
    session_->run("PREPARE agents (uuid[], text[], text[], text[], timestamptz[]) AS " + statement("pg/update_agents"));
    session_->run("PREPARE split (uuid[], text[], timestamptz[]) AS " + statement("pg/split_remainder"));
  }
  void adopt_settings() {
    session_->run("PREPARE settings AS " + statement("pg_server/set_session"));
    session_->run("EXECUTE settings (false, '8s', '5s')");
  }

 private slots:
  void initTestCase() {
    cluster_ = std::make_unique<PgCluster>();
    cluster_->start();
    session_ = std::make_unique<PgSession>(cluster_->address());
  }
  void cleanupTestCase() {
    session_.reset();
    cluster_.reset();
  }

  void rowsAreFoundInTheOrderOfTheBatch_data() {
    QTest::addColumn<quint64>("rows");
    QTest::addColumn<quint64>("entries");
    QTest::newRow("9,000 rows") << quint64{9'000} << quint64{500};
    QTest::newRow("more than half of 9,000 rows") << quint64{9'000} << quint64{5'000};
    QTest::newRow("300,000 rows") << quint64{300'000} << quint64{5'000};
    QTest::newRow("150 rows") << quint64{150} << quint64{150};
  }
  void rowsAreFoundInTheOrderOfTheBatch() {
    QFETCH(quint64, rows);
    QFETCH(quint64, entries);
    make_table(rows);
    adopt_settings();
    std::vector<std::string> ids, keys, texts, times;
    for (std::size_t i = 0; i < entries; ++i) {
      ids.push_back(format_uuid(agent_number(i / 15 + 1)));
      keys.push_back(key_number(i % 15));
      texts.push_back("v");
      times.push_back("2026-01-01");
    }
    const std::string agents = as_array(ids, "uuid"), names = as_array(keys, "text"), values = as_array(texts, "text"),
                      stamps = as_array(times, "timestamptz");
    const std::string flush =
        plan("flush", "(" + agents + "," + names + "," + values + "," + values + "," + stamps + ")");
    const std::string split = plan("split", "(" + agents + "," + names + "," + stamps + ")");
    const std::string by_agent =
        plan("agents", "(" + agents + "," + names + "," + values + "," + values + "," + stamps + ")");
    const std::pair<std::string, const char*> plans[] = {
        {flush, "ProjectSet"}, {split, "Function Scan on u"}, {by_agent, "ProjectSet"}};
    for (const auto& [text, arrays] : plans) {
      const QByteArray shown = QByteArray::fromStdString(text);
      QVERIFY2(shown.contains("Nested Loop"), shown);
      const auto outer = shown.indexOf(arrays);
      QVERIFY2(outer > 0 && outer < shown.indexOf("Index Scan using workspace_agent_metadata_pkey"), shown);
      QVERIFY2(QRegularExpression("Index Cond: \\(+workspace_agent_id = (u\\.agent|\\(unnest)")
                   .match(QString(shown))
                   .hasMatch(),
               shown);
      QVERIFY2(
          !shown.contains("Hash") && !shown.contains("Seq Scan") && !shown.contains("Sort") && !shown.contains("Merge"),
          shown);
    }
  }

  void withoutTheSettingsTheWholeTableIsRead() {
    make_table(300'000);
    std::vector<std::string> ids, keys, texts, times;
    for (std::size_t i = 0; i < 5'000; ++i) {
      ids.push_back(format_uuid(agent_number(i / 15 + 1)));
      keys.push_back(key_number(i % 15));
      texts.push_back("v");
      times.push_back("2026-01-01");
    }
    const std::string values = as_array(texts, "text");
    const std::string text = plan("flush", "(" + as_array(ids, "uuid") + "," + as_array(keys, "text") + "," + values +
                                               "," + values + "," + as_array(times, "timestamptz") + ")");
    QVERIFY2(text.find("Seq Scan") != std::string::npos, text.c_str());
  }

  // This is not the plan of EXPLAIN in another session, but that of the store's own flush.
  void flushOfTheStoreReadsNoTableAndStaysHot_data() {
    QTest::addColumn<bool>("by_agent");
    QTest::newRow("row by row") << false;
    QTest::newRow("agent by agent") << true;
  }
  void flushOfTheStoreReadsNoTableAndStaysHot() {
    QFETCH(bool, by_agent);
    make_table(300'000);
    const std::string scans = "SELECT seq_scan FROM pg_stat_user_tables WHERE relname = 'workspace_agent_metadata'";
    const std::string hot =
        "SELECT n_tup_upd || ' ' || n_tup_hot_upd FROM pg_stat_user_tables WHERE relname = 'workspace_agent_metadata'";
    session_->run("SELECT pg_stat_force_next_flush()");
    const std::string before = session_->value(scans);
    {
      PgStore store(options_at(cluster_->address()));
      Entries entries;
      for (std::size_t i = 0; i < 4'500; ++i)
        entries.add(agent_number(1 + (by_agent ? i / 15 : i) * 4), key_number(by_agent ? i % 15 : 7), "v");
      const std::vector<Update> sorted = entries.sorted();
      QCOMPARE(counts(store.flush(sorted, entries.chunks()), 4'500),
               (std::map<Fate, std::size_t>{{Fate::written, 4'500}}));
      QCOMPARE(store.was_by_agent(), by_agent);
      store.stop();
    }
    session_->run("SELECT pg_stat_force_next_flush()");
    QVERIFY(QTest::qWaitFor([&] { return session_->value(hot) == std::string("4500 4500"); }, 10'000));
    QCOMPARE(session_->value(scans), before);
  }
};

QTEST_GUILESS_MAIN(TestPgPlan)
#include "tst_pg_plan.moc"
