<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="de_DE">
<context>
    <name>Charts</name>
    <message>
        <source>writes</source>
        <translation>Schreibvorgänge</translation>
    </message>
    <message>
        <source>NOTIFYs</source>
        <translation>NOTIFYs</translation>
    </message>
    <message>
        <source>capacity</source>
        <translation>Kapazität</translation>
    </message>
    <message>
        <source>scheduled</source>
        <translation>Intervall</translation>
    </message>
    <message>
        <source>shutdown</source>
        <translation>Ende</translation>
    </message>
    <message>
        <source>batch size</source>
        <translation>Stapelgröße</translation>
    </message>
    <message>
        <source>p99</source>
        <translation>p99</translation>
    </message>
    <message>
        <source>p50</source>
        <translation>p50</translation>
    </message>
    <message>
        <source>failed</source>
        <translation>fehlgeschlagen</translation>
    </message>
    <message>
        <source>dropped</source>
        <translation>verworfen</translation>
    </message>
    <message>
        <source>coalesced</source>
        <translation>zusammengefasst</translation>
    </message>
    <message>
        <source>updates</source>
        <translation>Meldungen</translation>
    </message>
    <message>
        <source>entries (newest of a key)</source>
        <translation>Einträge (neueste je Schlüssel)</translation>
    </message>
    <message>
        <source>Database writes and NOTIFYs</source>
        <translation>Schreibvorgänge und NOTIFYs</translation>
    </message>
    <message>
        <source>per second</source>
        <translation>pro Sekunde</translation>
    </message>
    <message>
        <source>Flushes by reason</source>
        <translation>Flushes nach Anlass</translation>
    </message>
    <message>
        <source>Batch size</source>
        <translation>Stapelgröße</translation>
    </message>
    <message>
        <source>entries a flush</source>
        <translation>Einträge je Flush</translation>
    </message>
    <message>
        <source>Flush duration</source>
        <translation>Dauer eines Flushs</translation>
    </message>
    <message>
        <source>milliseconds</source>
        <translation>Millisekunden</translation>
    </message>
    <message>
        <source>Delay from add to written</source>
        <translation>Verzögerung bis zum Schreiben</translation>
    </message>
    <message>
        <source>entries</source>
        <translation>Einträge</translation>
    </message>
    <message>
        <source>Dropped and coalesced</source>
        <translation>Verworfen und zusammengefasst</translation>
    </message>
    <message>
        <source>Arriving updates</source>
        <translation>Eintreffende Meldungen</translation>
    </message>
    <message>
        <source>notifications</source>
        <translation>Benachrichtigungen</translation>
    </message>
    <message>
        <source>agents named</source>
        <translation>genannte Agenten</translation>
    </message>
    <message>
        <source>latency</source>
        <translation>Latenz</translation>
    </message>
    <message>
        <source>Agents named</source>
        <translation>Genannte Agenten</translation>
    </message>
    <message>
        <source>Latency of notifications</source>
        <translation>Laufzeit der Benachrichtigungen</translation>
    </message>
    <message>
        <source>mean</source>
        <translation>Mittel</translation>
    </message>
    <message>
        <source>writes without batching</source>
        <translation>Schreibvorgänge ohne Stapeln</translation>
    </message>
    <message>
        <source>buffered</source>
        <translation>gepuffert</translation>
    </message>
    <message>
        <source>succeeded</source>
        <translation>gelungen</translation>
    </message>
    <message>
        <source>connection failed</source>
        <translation>Verbindung gescheitert</translation>
    </message>
    <message>
        <source>timed out</source>
        <translation>Zeit abgelaufen</translation>
    </message>
    <message>
        <source>deadlock or conflict</source>
        <translation>Deadlock oder Konflikt</translation>
    </message>
    <message>
        <source>failed otherwise</source>
        <translation>sonst gescheitert</translation>
    </message>
    <message>
        <source>interval</source>
        <translation>Intervall</translation>
    </message>
    <message>
        <source>oldest value</source>
        <translation>ältester Wert</translation>
    </message>
    <message>
        <source>per second, mean of 10 s; logarithmic</source>
        <translation>pro Sekunde, Mittel über 10 s; logarithmisch</translation>
    </message>
    <message>
        <source>per second, mean of 10 s, stacked</source>
        <translation>pro Sekunde, Mittel über 10 s, gestapelt</translation>
    </message>
    <message>
        <source>seconds, of the last 10 s</source>
        <translation>Sekunden, der letzten 10 s</translation>
    </message>
    <message>
        <source>Buffered entries and the capacity</source>
        <translation>Gepufferte Einträge und die Kapazität</translation>
    </message>
    <message>
        <source>updates per second, mean of 10 s</source>
        <translation>Meldungen pro Sekunde, Mittel über 10 s</translation>
    </message>
    <message>
        <source>per second, mean of 10 s</source>
        <translation>pro Sekunde, Mittel über 10 s</translation>
    </message>
    <message>
        <source>Flushes by outcome</source>
        <translation>Flushes nach Ausgang</translation>
    </message>
    <message>
        <source>Age of the oldest value</source>
        <translation>Alter des ältesten Werts</translation>
    </message>
    <message>
        <source>seconds, values in flight included</source>
        <translation>Sekunden, Werte unterwegs eingerechnet</translation>
    </message>
    <message>
        <source>Notifications received</source>
        <translation>Empfangene Benachrichtigungen</translation>
    </message>
</context>
<context>
    <name>ComparisonTable</name>
    <message>
        <source>length</source>
        <translation>Länge</translation>
    </message>
    <message>
        <source>updates a second</source>
        <translation>Meldungen pro Sekunde</translation>
    </message>
    <message>
        <source>writes a second</source>
        <translation>Schreibvorgänge pro Sekunde</translation>
    </message>
    <message>
        <source>NOTIFYs a second</source>
        <translation>NOTIFYs pro Sekunde</translation>
    </message>
    <message>
        <source>saved</source>
        <translation>gespart</translation>
    </message>
    <message>
        <source>delay p50</source>
        <translation>Verzögerung p50</translation>
    </message>
    <message>
        <source>delay p99</source>
        <translation>Verzögerung p99</translation>
    </message>
    <message>
        <source>longest delay</source>
        <translation>längste Verzögerung</translation>
    </message>
    <message>
        <source>flushes</source>
        <translation>Flushes</translation>
    </message>
    <message>
        <source>failed flushes</source>
        <translation>gescheiterte Flushes</translation>
    </message>
    <message>
        <source>updates</source>
        <translation>Meldungen</translation>
    </message>
    <message>
        <source>written</source>
        <translation>geschrieben</translation>
    </message>
    <message>
        <source>coalesced</source>
        <translation>zusammengefasst</translation>
    </message>
    <message>
        <source>dropped</source>
        <translation>verworfen</translation>
    </message>
    <message>
        <source>unmatched</source>
        <translation>ohne Zeile</translation>
    </message>
    <message>
        <source>quarantined</source>
        <translation>abgelehnt</translation>
    </message>
    <message>
        <source>publish errors</source>
        <translation>Zustellfehler</translation>
    </message>
</context>
<context>
    <name>Health</name>
    <message>
        <source>No reports arrive.</source>
        <translation>Es treffen keine Berichte ein.</translation>
    </message>
    <message>
        <source>%1 writes and NOTIFYs a second instead of %2</source>
        <translation>%1 Schreibvorgänge und NOTIFYs pro Sekunde statt %2</translation>
    </message>
    <message>
        <source>the buffer is full</source>
        <translation>der Puffer ist voll</translation>
    </message>
    <message>
        <source>the buffer does not grow</source>
        <translation>der Puffer wächst nicht</translation>
    </message>
    <message>
        <source>the buffer is full in %1</source>
        <translation>der Puffer ist in %1 voll</translation>
    </message>
    <message>
        <source>last %1</source>
        <translation>letzte %1</translation>
    </message>
    <message>
        <source>since the change, %1</source>
        <translation>seit der Änderung, %1</translation>
    </message>
    <message>
        <source>since the start, %1</source>
        <translation>seit dem Start, %1</translation>
    </message>
    <message>
        <source>Waiting for the first figures</source>
        <translation>Wartet auf die ersten Zahlen</translation>
    </message>
    <message>
        <source>Saving %1</source>
        <translation>Spart %1</translation>
    </message>
    <message>
        <source>%1 saved</source>
        <translation>%1 gespart</translation>
    </message>
    <message>
        <source>– saved</source>
        <translation>– gespart</translation>
    </message>
    <message>
        <source>updates a second</source>
        <translation>Meldungen pro Sekunde</translation>
    </message>
    <message>
        <source>buffered now</source>
        <translation>jetzt gepuffert</translation>
    </message>
    <message>
        <source>dropped since the start</source>
        <translation>seit dem Start verworfen</translation>
    </message>
    <message>
        <source>failed flushes since the start</source>
        <translation>seit dem Start gescheiterte Flushes</translation>
    </message>
    <message>
        <source>oldest value now</source>
        <translation>ältester Wert jetzt</translation>
    </message>
    <message>
        <source> (this host&apos;s is %1 behind the newest row)</source>
        <translation> (die dieses Rechners geht gegenüber der neuesten Zeile %1 nach)</translation>
    </message>
    <message>
        <source> for %1</source>
        <translation> (seit %1)</translation>
    </message>
</context>
<context>
    <name>HealthHeadline</name>
    <message>
        <source>unreachable</source>
        <translation>Keine Antwort seit {0s}</translation>
    </message>
    <message>
        <source>measuring</source>
        <translation>Messung läuft</translation>
    </message>
    <message>
        <source>not_writing</source>
        <translation>Seit {0s} wird nicht geschrieben</translation>
    </message>
    <message>
        <source>not_writing_paused</source>
        <translation>Schreiben seit {0s} angehalten</translation>
    </message>
    <message>
        <source>dropped_full</source>
        <translation>Verlust: {0n} Meldungen verworfen</translation>
    </message>
    <message>
        <source>dropped_full_bytes</source>
        <translation>Verlust: {0n} Meldungen verworfen</translation>
    </message>
    <message>
        <source>dropped_fifo</source>
        <translation>Verlust: {0n} Meldungen verworfen</translation>
    </message>
    <message>
        <source>dropped_agent_full</source>
        <translation>Verlust: {0n} Meldungen verworfen</translation>
    </message>
    <message>
        <source>dropped_closed</source>
        <translation>Verlust: {0n} Meldungen abgelehnt</translation>
    </message>
    <message>
        <source>discarded</source>
        <translation>Verlust: {0n} Meldungen verworfen</translation>
    </message>
    <message>
        <source>quarantined</source>
        <translation>Verlust: {0n} Werte abgelehnt</translation>
    </message>
    <message>
        <source>behind_batch</source>
        <translation>Rückstand: {0r}/s kommen an, {1r}/s werden geschrieben</translation>
    </message>
    <message>
        <source>behind_small</source>
        <translation>Rückstand: {0r}/s kommen an, {1r}/s werden geschrieben</translation>
    </message>
    <message>
        <source>behind_database</source>
        <translation>Rückstand: {0r}/s kommen an, {1r}/s werden geschrieben</translation>
    </message>
    <message>
        <source>flushes_failing</source>
        <translation>Flushes scheitern, {0n} nacheinander</translation>
    </message>
    <message>
        <source>flush_failures</source>
        <translation>{0n} von {1n} Flushes gescheitert</translation>
    </message>
    <message>
        <source>table_emptied</source>
        <translation>Die Tabelle wurde geleert</translation>
    </message>
    <message>
        <source>publish_errors</source>
        <translation>Beobachter werden nicht benachrichtigt</translation>
    </message>
    <message>
        <source>not_listening</source>
        <translation>Der Listener ist nicht verbunden</translation>
    </message>
    <message>
        <source>rows_stale</source>
        <translation>Eine Uhr geht falsch: {0n} von {1n} Einträgen sind älter als ihre Zeilen</translation>
    </message>
    <message>
        <source>unmatched</source>
        <translation>{0n} von {1n} Einträgen fanden keine Zeile</translation>
    </message>
    <message>
        <source>locked</source>
        <translation>{0n} Einträge warten auf gesperrte Zeilen</translation>
    </message>
    <message>
        <source>rows_in_future</source>
        <translation>{0n} Zeilen liegen in der Zukunft</translation>
    </message>
    <message>
        <source>buffer_nearly_full</source>
        <translation>Der Puffer ist zu {0p} voll</translation>
    </message>
    <message>
        <source>notify_queue</source>
        <translation>Die Benachrichtigungs-Warteschlange ist zu {0p} voll</translation>
    </message>
    <message>
        <source>paused</source>
        <translation>Schreiben ist angehalten</translation>
    </message>
    <message>
        <source>closing</source>
        <translation>Wird geschlossen</translation>
    </message>
    <message>
        <source>spool_waiting</source>
        <translation>{0n} Meldungen eines früheren Laufs sind noch nicht geschrieben</translation>
    </message>
    <message>
        <source>idle</source>
        <translation>Leerlauf: keine Meldungen kommen an</translation>
    </message>
    <message>
        <source>database_decides</source>
        <translation>{0r} Einträge/s werden geschrieben</translation>
    </message>
    <message>
        <source>capacity_decides</source>
        <translation>Alles in Ordnung: die Stapelgröße bestimmt</translation>
    </message>
    <message>
        <source>largest_batch</source>
        <translation>Alles in Ordnung: die Stapelgröße bestimmt</translation>
    </message>
    <message>
        <source>interval_decides</source>
        <translation>Alles in Ordnung: das Intervall bestimmt</translation>
    </message>
    <message>
        <source>values_repeat</source>
        <translation>{0p} der Werte wiederholen sich</translation>
    </message>
    <message>
        <source>values_left_out</source>
        <translation>{0p} der Werte werden weggelassen</translation>
    </message>
</context>
<context>
    <name>HealthSentence</name>
    <message>
        <source>unreachable</source>
        <translation>Keine Antwort seit {0s}{c}. Alle Zahlen sind ebenso alt.</translation>
    </message>
    <message>
        <source>measuring</source>
        <translation>Messung läuft: das Fenster ist {0s} lang.</translation>
    </message>
    <message>
        <source>not_writing</source>
        <translation>Seit {0s} wird nicht geschrieben{c}; ältester Wert {1s} alt; {2n} gepuffert, {3f}.</translation>
    </message>
    <message>
        <source>not_writing_paused</source>
        <translation>Schreiben seit {0s} angehalten; ältester Wert {1s} alt; {2n} gepuffert, {3f}.</translation>
    </message>
    <message>
        <source>dropped_full</source>
        <translation>{0n} Meldungen in {1s} verworfen: der Puffer von {2n} Einträgen ist voll. Die Ursache des langsamen Schreibens suchen; eine Pufferkapazität von {3n} hätte gereicht.</translation>
    </message>
    <message>
        <source>dropped_full_bytes</source>
        <translation>{0n} Meldungen in {1s} verworfen: der Puffer von {2b} ist voll. Die Ursache des langsamen Schreibens suchen oder den Puffer auf {3b} vergrößern.</translation>
    </message>
    <message>
        <source>dropped_fifo</source>
        <translation>{0n} Meldungen in {1s} verworfen: die Warteschlange von {2n} Plätzen war während eines Flushes voll. Mit coalesce belegt die Wiederholung eines Schlüssels keinen Platz.</translation>
    </message>
    <message>
        <source>dropped_agent_full</source>
        <translation>{0n} Meldungen in {1s} verworfen: ein Agent hält die {2n} Schlüssel, die er halten darf. Andere Agenten sind nicht betroffen.</translation>
    </message>
    <message>
        <source>dropped_closed</source>
        <translation>{0n} Meldungen in {1s} abgelehnt: der Batcher ist geschlossen.</translation>
    </message>
    <message>
        <source>discarded</source>
        <translation>{0n} Meldungen in {1s} nach gescheiterten Flushes verworfen{c}. Mit on-failure retain blieben sie und würden später geschrieben.</translation>
    </message>
    <message>
        <source>quarantined</source>
        <translation>Die Datenbank lehnte in {1s} {0n} Werte ab{c}. Sie sind in Quarantäne; die anderen Einträge sind geschrieben.</translation>
    </message>
    <message>
        <source>behind_batch</source>
        <translation>{0r}/s kommen an, {1r}/s werden geschrieben. Stapel von {2n} Einträgen hielten Schritt.</translation>
    </message>
    <message>
        <source>behind_small</source>
        <translation>{0r}/s kommen an, {1r}/s werden geschrieben. Stapel von {2n} Einträgen bräuchten einen Flush in {3s}.</translation>
    </message>
    <message>
        <source>behind_database</source>
        <translation>{0r}/s kommen an, {1r}/s werden geschrieben. Die Datenbank ist die Grenze.</translation>
    </message>
    <message>
        <source>flushes_failing</source>
        <translation>Flushes scheitern, {0n} nacheinander{c}. Nicht Geschriebenes bleibt und wird wiederholt.</translation>
    </message>
    <message>
        <source>flush_failures</source>
        <translation>{0n} von {1n} Flushes in {2s} gescheitert; der letzte gelang.</translation>
    </message>
    <message>
        <source>table_emptied</source>
        <translation>Die Tabelle wurde geleert: keine Zeile passte, wo vorher welche passten. Die Agenten neu registrieren.</translation>
    </message>
    <message>
        <source>publish_errors</source>
        <translation>Beobachter werden nicht benachrichtigt: {0n} Benachrichtigungen in {1s} nicht veröffentlicht. Sie sehen Änderungen, wenn sie wieder lesen.</translation>
    </message>
    <message>
        <source>not_listening</source>
        <translation>Der Listener ist nicht verbunden: Beobachter werden nicht benachrichtigt und lesen alle paar Sekunden selbst.</translation>
    </message>
    <message>
        <source>rows_stale</source>
        <translation>{0n} von {1n} Einträgen waren älter als die Zeilen der Datenbank: eine Uhr geht falsch{3c}.</translation>
    </message>
    <message>
        <source>unmatched</source>
        <translation>{0n} von {1n} Einträgen fanden keine Zeile: diese Agenten oder Schlüssel sind nicht registriert.</translation>
    </message>
    <message>
        <source>locked</source>
        <translation>{0n} Einträge warten auf Zeilen, die jemand gesperrt hat{1d}. Alle anderen werden geschrieben.</translation>
    </message>
    <message>
        <source>rows_in_future</source>
        <translation>{0n} Zeilen liegen bis zu {1s} vor der Uhr des Servers: neuere Werte werden bis dahin abgewiesen.</translation>
    </message>
    <message>
        <source>buffer_nearly_full</source>
        <translation>Der Puffer ist zu {0p} voll: {1n} Einträge; {3f}.</translation>
    </message>
    <message>
        <source>notify_queue</source>
        <translation>Die Benachrichtigungs-Warteschlange des Servers ist zu {0p} voll: eine Sitzung hört zu und bleibt in einer Transaktion.</translation>
    </message>
    <message>
        <source>paused</source>
        <translation>Schreiben ist angehalten: {0n} gepuffert, nichts wird geschrieben.</translation>
    </message>
    <message>
        <source>closing</source>
        <translation>Wird geschlossen: {0n} gepuffert, die der letzte Flush schreibt.</translation>
    </message>
    <message>
        <source>spool_waiting</source>
        <translation>Die Spool-Datei enthält {0n} Meldungen eines früheren Laufs, die noch nicht geschrieben sind.</translation>
    </message>
    <message>
        <source>idle</source>
        <translation>In {0s} kam keine Meldung an.</translation>
    </message>
    <message>
        <source>database_decides</source>
        <translation>Die Datenbank bestimmt: {0r} Einträge/s werden geschrieben, und die Eingabe wartet darauf.</translation>
    </message>
    <message>
        <source>capacity_decides</source>
        <translation>Die Stapelgröße bestimmt: {0n} Einträge kommen in {1s} an, bevor das Intervall von {2s} vorbei ist. Stapel von {3n} bräuchten {5r} Flushes in der Sekunde statt {4r}.</translation>
    </message>
    <message>
        <source>largest_batch</source>
        <translation>Die Stapelgröße bestimmt: {0n} Einträge kommen in {1s} an. Ein größerer Stapel, der für das Intervall von {2s} reicht, ist nicht erlaubt.</translation>
    </message>
    <message>
        <source>interval_decides</source>
        <translation>Das Intervall bestimmt: etwa {0n} Einträge kommen in {1s} an, weniger als die Stapelgröße von {2n}. Ein Intervall von {4s} bräuchte {5r} Flushes in der Sekunde statt {3r}.</translation>
    </message>
    <message>
        <source>values_repeat</source>
        <translation>{0p} der Einträge wiederholten den Wert, der weniger als {1s} zuvor geschrieben wurde: suppress_unchanged von {1s} würde sie nicht schreiben.</translation>
    </message>
    <message>
        <source>values_left_out</source>
        <translation>{0p} der Einträge wiederholten den Wert, der weniger als {1s} zuvor geschrieben wurde, und wurden weggelassen.</translation>
    </message>
</context>
<context>
    <name>Help</name>
    <message>
        <source>Ctrl+L</source>
        <translation>Strg+L</translation>
    </message>
    <message>
        <source>stop the charts, or let them follow</source>
        <translation>Diagramme anhalten oder folgen lassen</translation>
    </message>
    <message>
        <source>Ctrl+F5</source>
        <translation>Strg+F5</translation>
    </message>
    <message>
        <source>flush now</source>
        <translation>jetzt flushen</translation>
    </message>
    <message>
        <source>Ctrl+H</source>
        <translation>Strg+H</translation>
    </message>
    <message>
        <source>pause flushes, or resume them</source>
        <translation>Flushes anhalten oder fortsetzen</translation>
    </message>
    <message>
        <source>Ctrl+Z, Ctrl+Shift+Z</source>
        <translation>Strg+Z, Strg+Umschalt+Z</translation>
    </message>
    <message>
        <source>undo a changed setting, or redo it</source>
        <translation>eine geänderte Einstellung rückgängig machen oder wiederholen</translation>
    </message>
    <message>
        <source>Ctrl++, Ctrl+-, Ctrl+wheel</source>
        <translation>Strg++, Strg+-, Strg+Rad</translation>
    </message>
    <message>
        <source>zoom all charts</source>
        <translation>alle Diagramme zoomen</translation>
    </message>
    <message>
        <source>Shift+drag, Shift+wheel, arrows</source>
        <translation>Umschalt+Ziehen, Umschalt+Rad, Pfeile</translation>
    </message>
    <message>
        <source>move all charts through time</source>
        <translation>alle Diagramme durch die Zeit bewegen</translation>
    </message>
    <message>
        <source>drag, Shift+arrows</source>
        <translation>Ziehen, Umschalt+Pfeile</translation>
    </message>
    <message>
        <source>select a span of time: the logs show only that</source>
        <translation>eine Zeitspanne auswählen: die Protokolle zeigen nur sie</translation>
    </message>
    <message>
        <source>Enter, Esc</source>
        <translation>Eingabe, Esc</translation>
    </message>
    <message>
        <source>show the selected span alone; clear the selection</source>
        <translation>nur die ausgewählte Spanne zeigen; Auswahl aufheben</translation>
    </message>
    <message>
        <source>Ctrl+arrows</source>
        <translation>Strg+Pfeile</translation>
    </message>
    <message>
        <source>move the crosshair of all charts</source>
        <translation>das Fadenkreuz aller Diagramme bewegen</translation>
    </message>
    <message>
        <source>double click, Home</source>
        <translation>Doppelklick, Pos1</translation>
    </message>
    <message>
        <source>back to live</source>
        <translation>zurück zu live</translation>
    </message>
    <message>
        <source>Alt+1 … Alt+7</source>
        <translation>Alt+1 … Alt+7</translation>
    </message>
    <message>
        <source>pages</source>
        <translation>Seiten</translation>
    </message>
    <message>
        <source>Ctrl+C</source>
        <translation>Strg+C</translation>
    </message>
    <message>
        <source>copy the selected rows of a table</source>
        <translation>die ausgewählten Zeilen einer Tabelle kopieren</translation>
    </message>
    <message>
        <source>F5</source>
        <translation>F5</translation>
    </message>
    <message>
        <source>on the Doctor page: examine again</source>
        <translation>auf der Seite Doktor: erneut untersuchen</translation>
    </message>
    <message>
        <source>Ctrl+P</source>
        <translation>Strg+P</translation>
    </message>
    <message>
        <source>pause a replay, or resume it</source>
        <translation>eine Wiedergabe anhalten oder fortsetzen</translation>
    </message>
    <message>
        <source>F9, F10</source>
        <translation>F9, F10</translation>
    </message>
    <message>
        <source>settings panel, what if</source>
        <translation>Einstellungen, Was wäre wenn</translation>
    </message>
    <message>
        <source>Ctrl+N, Ctrl+K, Ctrl+R, Ctrl+I, Ctrl+O</source>
        <translation>Strg+N, Strg+K, Strg+R, Strg+I, Strg+O</translation>
    </message>
    <message>
        <source>new demo, connect, replay, inspect, open a recording</source>
        <translation>neue Demo, verbinden, wiedergeben, untersuchen, Aufzeichnung öffnen</translation>
    </message>
    <message>
        <source>Ctrl+W</source>
        <translation>Strg+W</translation>
    </message>
    <message>
        <source>close the open source</source>
        <translation>die offene Quelle schließen</translation>
    </message>
    <message>
        <source>Ctrl+Q</source>
        <translation>Strg+Q</translation>
    </message>
    <message>
        <source>quit, after the buffered entries are written</source>
        <translation>beenden, nachdem die gepufferten Einträge geschrieben sind</translation>
    </message>
    <message>
        <source>Shortcuts</source>
        <translation>Tastenkürzel</translation>
    </message>
    <message>
        <source>About metabatch</source>
        <translation>Über metabatch</translation>
    </message>
    <message>
        <source>metabatch %1

Batches the metadata of many agents: it keeps the newest value of each key, writes them in one statement a batch, and notifies listeners in a few messages.

Qt %2. The desktop program is licensed under GPL-3.0-or-later, the rest under Apache-2.0.</source>
        <translation>metabatch %1

Stapelt die Metadaten vieler Agenten: behält den neuesten Wert jedes Schlüssels, schreibt sie in einer Anweisung je Stapel und benachrichtigt Zuhörer in wenigen Nachrichten.

Qt %2. Das Fensterprogramm steht unter GPL-3.0-or-later, der Rest unter Apache-2.0.</translation>
    </message>
    <message>
        <source>&amp;Help</source>
        <translation>&amp;Hilfe</translation>
    </message>
    <message>
        <source>&amp;Shortcuts</source>
        <translation>&amp;Tastenkürzel</translation>
    </message>
    <message>
        <source>&amp;About metabatch</source>
        <translation>&amp;Über metabatch</translation>
    </message>
    <message>
        <source>Ctrl+U</source>
        <translation>Strg+U</translation>
    </message>
    <message>
        <source>search settings for the updates that arrive</source>
        <translation>Einstellungen für die eintreffenden Meldungen suchen</translation>
    </message>
    <message>
        <source>Ctrl+Shift+R</source>
        <translation>Strg+Umschalt+R</translation>
    </message>
    <message>
        <source>write a report about the updates</source>
        <translation>einen Bericht über die Meldungen schreiben</translation>
    </message>
    <message>
        <source>Ctrl+D</source>
        <translation>Strg+D</translation>
    </message>
    <message>
        <source>compare the recording with another one</source>
        <translation>die Aufzeichnung mit einer anderen vergleichen</translation>
    </message>
</context>
<context>
    <name>Keychain</name>
    <message>
        <source>no keychain runs on this desktop</source>
        <translation>auf diesem Desktop läuft kein Schlüsselbund</translation>
    </message>
    <message>
        <source>the keychain was not unlocked</source>
        <translation>der Schlüsselbund wurde nicht entsperrt</translation>
    </message>
    <message>
        <source>the keychain does not answer (%1)</source>
        <translation>der Schlüsselbund antwortet nicht (%1)</translation>
    </message>
</context>
<context>
    <name>Picture</name>
    <message>
        <source>“%1” is not a picture format; use .png or .svg</source>
        <translation>„%1“ ist kein Bildformat; .png oder .svg verwenden</translation>
    </message>
</context>
<context>
    <name>QPlainTextEdit</name>
    <message>
        <source>Detail</source>
        <translation>Einzelheiten</translation>
    </message>
</context>
<context>
    <name>QPlatformTheme</name>
    <message>
        <source>OK</source>
        <translation>OK</translation>
    </message>
    <message>
        <source>Save</source>
        <translation>Speichern</translation>
    </message>
    <message>
        <source>Open</source>
        <translation>Öffnen</translation>
    </message>
    <message>
        <source>&amp;Yes</source>
        <translation>&amp;Ja</translation>
    </message>
    <message>
        <source>&amp;No</source>
        <translation>&amp;Nein</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>Schließen</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>Abbrechen</translation>
    </message>
    <message>
        <source>Discard</source>
        <translation>Verwerfen</translation>
    </message>
    <message>
        <source>Apply</source>
        <translation>Anwenden</translation>
    </message>
</context>
<context>
    <name>QTableView</name>
    <message>
        <source>&amp;Copy</source>
        <translation>&amp;Kopieren</translation>
    </message>
</context>
<context>
    <name>Recorded</name>
    <message>
        <source>not recorded</source>
        <translation>nicht aufgezeichnet</translation>
    </message>
</context>
<context>
    <name>Replay</name>
    <message>
        <source>Waiting for the first line</source>
        <translation>Wartet auf die erste Zeile</translation>
    </message>
    <message>
        <source>Paused</source>
        <translation>Angehalten</translation>
    </message>
    <message>
        <source>End of the input</source>
        <translation>Ende der Eingabe</translation>
    </message>
    <message>
        <source>Reading failed: %1</source>
        <translation>Lesen fehlgeschlagen: %1</translation>
    </message>
    <message>
        <source>%1 of %2</source>
        <translation>%1 von %2</translation>
    </message>
    <message>
        <source>recorded at %1</source>
        <translation>aufgezeichnet um %1</translation>
    </message>
    <message>
        <source>%1 without a time, sent right after the previous line</source>
        <translation>%1 ohne Zeit, gleich nach der vorigen Zeile gesendet</translation>
    </message>
    <message>
        <source>next line in %1</source>
        <translation>nächste Zeile in %1</translation>
    </message>
    <message>
        <source>no bad line</source>
        <translation>keine fehlerhafte Zeile</translation>
    </message>
    <message>
        <source>as fast as possible</source>
        <translation>so schnell wie möglich</translation>
    </message>
    <message>
        <source>at the recorded pace</source>
        <translation>im aufgezeichneten Tempo</translation>
    </message>
    <message>
        <source>%1 times as fast</source>
        <translation>%1-mal so schnell</translation>
    </message>
</context>
<context>
    <name>Scraped</name>
    <message>
        <source>line %1: %2</source>
        <translation>Zeile %1: %2</translation>
    </message>
    <message>
        <source>counters restarted</source>
        <translation>Zähler neu begonnen</translation>
    </message>
    <message>
        <source>settings</source>
        <translation>Einstellungen</translation>
    </message>
    <message>
        <source>delays</source>
        <translation>Verzögerungen</translation>
    </message>
    <message>
        <source>reports</source>
        <translation>Berichte</translation>
    </message>
    <message>
        <source>flushes by reason</source>
        <translation>Flushes nach Auslöser</translation>
    </message>
    <message>
        <source>flush durations</source>
        <translation>Dauer der Flushes</translation>
    </message>
    <message>
        <source>batch sizes</source>
        <translation>Stapelgrößen</translation>
    </message>
    <message>
        <source>quantiles (native histograms show their mean only in text)</source>
        <translation>Quantile (native Histogramme zeigen in Textform nur den Mittelwert)</translation>
    </message>
    <message>
        <source>entries</source>
        <translation>Einträge</translation>
    </message>
    <message>
        <source>drops</source>
        <translation>Verworfenes</translation>
    </message>
    <message>
        <source>arriving and coalesced updates</source>
        <translation>eintreffende und zusammengefasste Aktualisierungen</translation>
    </message>
    <message>
        <source>agents per flush</source>
        <translation>Agenten je Flush</translation>
    </message>
    <message>
        <source>NOTIFYs</source>
        <translation>NOTIFYs</translation>
    </message>
    <message>
        <source>not in the metrics</source>
        <translation>nicht in den Metriken</translation>
    </message>
    <message>
        <source>The metrics cannot be read: %1. %2 missed; nothing is shown for that time.</source>
        <translation>Die Metriken sind nicht lesbar: %1. %2 verpasst; für diese Zeit wird nichts gezeigt.</translation>
    </message>
    <message>
        <source>The page has %1 and none of a metadata batcher: another process, or another prefix?</source>
        <translation>Die Seite hat %1 und keine eines Metadaten-Batchers: ein anderer Prozess oder ein anderes Präfix?</translation>
    </message>
    <message>
        <source>1 series</source>
        <translation>1 Zeitreihe</translation>
    </message>
    <message>
        <source>%1 series</source>
        <translation>%1 Zeitreihen</translation>
    </message>
    <message>
        <source>%1 of the page cannot be read, the first is %2.</source>
        <translation>%1 der Seite nicht lesbar, zuerst %2.</translation>
    </message>
    <message>
        <source>Counters went back %1 times in the last minute: does this address lead to several replicas in turn? Scrape one of them.</source>
        <translation>Zähler sprangen in der letzten Minute %1-mal zurück: Führt diese Adresse reihum zu mehreren Replikaten? Fragen Sie eines davon ab.</translation>
    </message>
    <message>
        <source>The process restarted in the last minute, so its counters went back. The charts have a gap there.</source>
        <translation>Der Prozess wurde in der letzten Minute neu gestartet, deshalb sprangen seine Zähler zurück. Die Diagramme haben dort eine Lücke.</translation>
    </message>
    <message>
        <source>%1 failed in the last minute.</source>
        <translation>%1 in der letzten Minute fehlgeschlagen.</translation>
    </message>
    <message>
        <source>%1 dropped in the last minute.</source>
        <translation>%1 in der letzten Minute verworfen.</translation>
    </message>
    <message>
        <source>%1 refused by the database in the last minute.</source>
        <translation>%1 in der letzten Minute von der Datenbank abgelehnt.</translation>
    </message>
    <message>
        <source>%1 without a row in the last minute.</source>
        <translation>%1 ohne Zeile in der letzten Minute.</translation>
    </message>
    <message>
        <source>%1 could not be published in the last minute: watchers may be stale.</source>
        <translation>%1 in der letzten Minute nicht zustellbar: Zuhörer sind womöglich nicht auf dem Stand.</translation>
    </message>
    <message>
        <source>Its listener has no connection.</source>
        <translation>Sein Listener hat keine Verbindung.</translation>
    </message>
    <message>
        <source>No flush in the last minute: no updates arrive.</source>
        <translation>Kein Flush in der letzten Minute: Es treffen keine Aktualisierungen ein.</translation>
    </message>
    <message>
        <source>, %1 entries on average</source>
        <translation>, im Mittel %1 Einträge</translation>
    </message>
    <message>
        <source>Flushing on capacity: %1 of the flushes of the last minute were full batches%2; a larger batch size saves more and delays more.</source>
        <translation>Kapazität löst aus: %1 der Flushes der letzten Minute waren volle Stapel%2; eine größere Stapelgröße spart mehr und verzögert mehr.</translation>
    </message>
    <message>
        <source>Flushing on the interval: %1 of the flushes of the last minute were not full%2; a longer interval saves more and delays more.</source>
        <translation>Das Intervall löst aus: %1 der Flushes der letzten Minute waren nicht voll%2; ein längeres Intervall spart mehr und verzögert mehr.</translation>
    </message>
    <message>
        <source>Nothing is dropped, nothing fails.</source>
        <translation>Nichts wird verworfen, nichts schlägt fehl.</translation>
    </message>
    <message>
        <source>Nothing is dropped; failed flushes are not in the metrics.</source>
        <translation>Nichts wird verworfen; fehlgeschlagene Flushes stehen nicht in den Metriken.</translation>
    </message>
    <message>
        <source>Not in the metrics: %1.</source>
        <translation>Nicht in den Metriken: %1.</translation>
    </message>
    <message>
        <source>– saved</source>
        <translation>– gespart</translation>
    </message>
    <message>
        <source>≈ %1 saved</source>
        <translation>≈ %1 gespart</translation>
    </message>
    <message>
        <source>Waiting for the first scrape.</source>
        <translation>Wartet auf die erste Abfrage.</translation>
    </message>
    <message>
        <source>A rate needs two scrapes.</source>
        <translation>Eine Rate braucht zwei Abfragen.</translation>
    </message>
    <message>
        <source>%1 writes a second; the metrics do not show how many there would be without batching</source>
        <translation>%1 Schreibvorgänge pro Sekunde; wie viele es ohne Stapeln wären, steht nicht in den Metriken</translation>
    </message>
    <message>
        <source>%1 writes a second instead of about %2, one for each agent of a flush; NOTIFYs are not in the metrics</source>
        <translation>%1 Schreibvorgänge pro Sekunde statt etwa %2, einem je Agent eines Flushs; NOTIFYs stehen nicht in den Metriken</translation>
    </message>
    <message>
        <source>%1 writes and NOTIFYs a second instead of about %2, two for each agent of a flush</source>
        <translation>%1 Schreibvorgänge und NOTIFYs pro Sekunde statt etwa %2, zwei je Agent eines Flushs</translation>
    </message>
    <message>
        <source>buffered entries</source>
        <translation>gepufferte Einträge</translation>
    </message>
    <message>
        <source>the capacity</source>
        <translation>die Kapazität</translation>
    </message>
    <message>
        <source>The buffer is %1 full; new keys are dropped when it is full.</source>
        <translation>Der Puffer ist zu %1 voll; ist er voll, werden neue Schlüssel verworfen.</translation>
    </message>
    <message>
        <source>The metrics cannot be read</source>
        <translation>Die Metriken sind nicht lesbar</translation>
    </message>
    <message>
        <source>Waiting for the first scrape</source>
        <translation>Wartet auf die erste Abfrage</translation>
    </message>
    <message>
        <source>No metrics of a batcher</source>
        <translation>Keine Metriken eines Batchers</translation>
    </message>
    <message>
        <source>Losing: %1 dropped</source>
        <translation>Verlust: %1 verworfen</translation>
    </message>
    <message>
        <source>%1 failed</source>
        <translation>%1 gescheitert</translation>
    </message>
    <message>
        <source>Watchers are not notified</source>
        <translation>Beobachter werden nicht benachrichtigt</translation>
    </message>
    <message>
        <source>Idle: no updates arrive</source>
        <translation>Leerlauf: keine Meldungen kommen an</translation>
    </message>
    <message>
        <source>Measuring</source>
        <translation>Messung läuft</translation>
    </message>
    <message>
        <source>entries a second</source>
        <translation>Einträge pro Sekunde</translation>
    </message>
    <message>
        <source>entries a flush</source>
        <translation>Einträge je Flush</translation>
    </message>
    <message>
        <source>flush takes</source>
        <translation>Flush dauert</translation>
    </message>
    <message>
        <source>flush p99</source>
        <translation>Flush p99</translation>
    </message>
    <message>
        <source>over </source>
        <translation>über </translation>
    </message>
    <message>
        <source>dropped</source>
        <translation>verworfen</translation>
    </message>
    <message>
        <source>oldest value now</source>
        <translation>ältester Wert jetzt</translation>
    </message>
    <message>
        <source>last minute</source>
        <translation>letzte Minute</translation>
    </message>
</context>
<context>
    <name>Selection</name>
    <message>
        <source>  %1: mean %2, median %3, min %4, max %5</source>
        <translation>  %1: Mittel %2, Median %3, min. %4, max. %5</translation>
    </message>
    <message>
        <source>, total %1</source>
        <translation>, Summe %1</translation>
    </message>
</context>
<context>
    <name>Tuning</name>
    <message>
        <source>batch size %1, interval %2, %3, %4</source>
        <translation>Stapelgröße %1, Intervall %2, %3, %4</translation>
    </message>
    <message>
        <source>No tried setting keeps values younger than %1 for 99 % of the time and drops nothing. The closest one: %2 old, %3 writes and NOTIFYs a second.</source>
        <translation>Keine erprobte Einstellung hält die Werte in 99 % der Zeit jünger als %1 und verwirft nichts. Am nächsten kommt: %2 alt, %3 Schreibvorgänge und NOTIFYs pro Sekunde.</translation>
    </message>
    <message>
        <source>Fewest writes and NOTIFYs with values at most %1 old for 99 % of the time: %2 a second, %3 old.</source>
        <translation>Wenigste Schreibvorgänge und NOTIFYs mit Werten, die in 99 % der Zeit höchstens %1 alt sind: %2 pro Sekunde, %3 alt.</translation>
    </message>
    <message>
        <source>The running settings are the best ones.</source>
        <translation>Die laufenden Einstellungen sind die besten.</translation>
    </message>
    <message>
        <source>The running settings need %1 a second, %2 old.</source>
        <translation>Die laufenden Einstellungen brauchen %1 pro Sekunde, %2 alt.</translation>
    </message>
    <message>
        <source>They lose %1.</source>
        <translation>Sie verlieren %1.</translation>
    </message>
    <message>
        <source>Warning: %1</source>
        <translation>Warnung: %1</translation>
    </message>
    <message>
        <source>Running settings: %1</source>
        <translation>Laufende Einstellungen: %1</translation>
    </message>
    <message>
        <source>Tried %1 of %2 settings on the updates of %3.</source>
        <translation>%1 von %2 Einstellungen an den Meldungen von %3 erprobt.</translation>
    </message>
    <message>
        <source>That is short for this age: a longer session gives a better answer.</source>
        <translation>Das ist kurz für dieses Alter: eine längere Sitzung gibt eine bessere Antwort.</translation>
    </message>
</context>
<context>
    <name>WhatIf</name>
    <message>
        <source>%1 instead of %2</source>
        <translation>%1 statt %2</translation>
    </message>
    <message>
        <source>%1 (%2 times as many)</source>
        <translation>%1 (%2-mal so viele)</translation>
    </message>
    <message>
        <source>%1 (%2 fewer)</source>
        <translation>%1 (%2 weniger)</translation>
    </message>
    <message>
        <source>%1 (%2 more)</source>
        <translation>%1 (%2 mehr)</translation>
    </message>
    <message>
        <source>Over %1: %2 writes and NOTIFYs a second instead of %3 without batching; delay p99 %4; %5 dropped.</source>
        <translation>Über %1: %2 Schreibvorgänge und NOTIFYs pro Sekunde statt %3 ohne Stapel; Verzögerung p99 %4; %5 verworfen.</translation>
    </message>
    <message>
        <source>Over the last %1: %2 writes and NOTIFYs a second; delay p99 %3 instead of %4; </source>
        <translation>In den letzten %1: %2 Schreibvorgänge und NOTIFYs pro Sekunde; Verzögerung p99 %3 statt %4; </translation>
    </message>
    <message>
        <source>nothing dropped, as before.</source>
        <translation>nichts verworfen, wie zuvor.</translation>
    </message>
    <message>
        <source>%1 dropped instead of %2.</source>
        <translation>%1 verworfen statt %2.</translation>
    </message>
    <message>
        <source>For the settings that ran, the model gives %1 a second and %2; the measurements are %3 and %4.</source>
        <translation>Für die Einstellungen, die liefen, ergibt das Modell %1 pro Sekunde und %2; gemessen wurden %3 und %4.</translation>
    </message>
    <message>
        <source>There were too few flushes to model the database. Assumed: median %1, p99 %2, and %3 an entry.</source>
        <translation>Für ein Modell der Datenbank gab es zu wenige Flushes. Angenommen: Median %1, p99 %2 und %3 je Eintrag.</translation>
    </message>
    <message>
        <source>The database is modelled from %1: median %2, p99 %3, and %4 an entry (%5).</source>
        <translation>Die Datenbank ist aus %1 modelliert: Median %2, p99 %3 und %4 je Eintrag (%5).</translation>
    </message>
    <message>
        <source>measured</source>
        <translation>gemessen</translation>
    </message>
    <message>
        <source>assumed, because all batches had one size</source>
        <translation>angenommen, weil alle Stapel gleich groß waren</translation>
    </message>
</context>
<context>
    <name>counted</name>
    <message numerus="yes">
        <source>agent</source>
        <comment>a noun after a number</comment>
        <translation>
            <numerusform>Agent</numerusform>
            <numerusform>Agenten</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>byte</source>
        <comment>a noun after a number</comment>
        <translation>
            <numerusform>Byte</numerusform>
            <numerusform>Bytes</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>finding</source>
        <comment>a noun after a number</comment>
        <translation>
            <numerusform>Fund</numerusform>
            <numerusform>Funde</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>flush</source>
        <comment>a noun after a number</comment>
        <translation>
            <numerusform>Flush</numerusform>
            <numerusform>Flushes</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>notice</source>
        <comment>a noun after a number</comment>
        <translation>
            <numerusform>Hinweis</numerusform>
            <numerusform>Hinweise</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>notification</source>
        <comment>a noun after a number</comment>
        <translation>
            <numerusform>Benachrichtigung</numerusform>
            <numerusform>Benachrichtigungen</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>problem</source>
        <comment>a noun after a number</comment>
        <translation>
            <numerusform>Problem</numerusform>
            <numerusform>Probleme</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>update</source>
        <comment>a noun after a number</comment>
        <translation>
            <numerusform>Meldung</numerusform>
            <numerusform>Meldungen</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>value</source>
        <comment>a noun after a number</comment>
        <translation>
            <numerusform>Wert</numerusform>
            <numerusform>Werte</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>line</source>
        <comment>a noun after a number</comment>
        <translation>
            <numerusform>Zeile</numerusform>
            <numerusform>Zeilen</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>report</source>
        <comment>a noun after a number</comment>
        <translation>
            <numerusform>Bericht</numerusform>
            <numerusform>Berichte</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>scrape</source>
        <comment>a noun after a number</comment>
        <translation>
            <numerusform>Abfrage</numerusform>
            <numerusform>Abfragen</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>flush attempt</source>
        <comment>a noun after a number</comment>
        <translation>
            <numerusform>Flush-Versuch</numerusform>
            <numerusform>Flush-Versuche</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>metabatch::gui::AgentsPage</name>
    <message>
        <source>filter: agent, key, value or error</source>
        <translation>Filter: Agent, Schlüssel, Wert oder Fehler</translation>
    </message>
    <message>
        <source>Filter of the rows</source>
        <translation>Filter der Zeilen</translation>
    </message>
    <message>
        <source>Agents and their newest metadata</source>
        <translation>Agenten und ihre neuesten Metadaten</translation>
    </message>
    <message>
        <source>no rows</source>
        <translation>keine Zeilen</translation>
    </message>
    <message>
        <source>rows %1 to %2</source>
        <translation>Zeilen %1 bis %2</translation>
    </message>
    <message>
        <source>&amp;Details</source>
        <translation>&amp;Einzelheiten</translation>
    </message>
    <message>
        <source>&amp;Previous page</source>
        <translation>&amp;Vorige Seite</translation>
    </message>
    <message>
        <source>&amp;Next page</source>
        <translation>&amp;Nächste Seite</translation>
    </message>
    <message>
        <source>Flushes of this agent</source>
        <translation>Flushes dieses Agenten</translation>
    </message>
    <message>
        <source>Agents</source>
        <translation>Agenten</translation>
    </message>
    <message>
        <source>as of %1, %2 ago: %3</source>
        <translation>Stand %1, vor %2: %3</translation>
    </message>
    <message>
        <source>no database is open</source>
        <translation>keine Datenbank ist offen</translation>
    </message>
    <message>
        <source>Order of the rows</source>
        <translation>Reihenfolge der Zeilen</translation>
    </message>
    <message>
        <source>by agent</source>
        <translation>nach Agent</translation>
    </message>
    <message>
        <source>oldest first</source>
        <translation>älteste zuerst</translation>
    </message>
    <message>
        <source>newest first</source>
        <translation>neueste zuerst</translation>
    </message>
    <message>
        <source>%1 of at least %2</source>
        <translation>%1 von mindestens %2</translation>
    </message>
    <message>
        <source>%1 of %2, of %3</source>
        <translation>%1 von %2, von %3</translation>
    </message>
</context>
<context>
    <name>metabatch::gui::Analysis</name>
    <message>
        <source>T&amp;une …</source>
        <translation>Einstellungen &amp;suchen …</translation>
    </message>
    <message>
        <source>Search settings for the updates that arrive (Ctrl+U)</source>
        <translation>Einstellungen für die eintreffenden Meldungen suchen (Strg+U)</translation>
    </message>
    <message>
        <source>Repor&amp;t …</source>
        <translation>Be&amp;richt …</translation>
    </message>
    <message>
        <source>Write a page with charts and figures, as metabatch simulate --html does (Ctrl+Shift+R)</source>
        <translation>Eine Seite mit Diagrammen und Zahlen schreiben, wie metabatch simulate --html (Strg+Umschalt+R)</translation>
    </message>
    <message>
        <source>Report</source>
        <translation>Bericht</translation>
    </message>
    <message>
        <source>%1: %2</source>
        <translation>%1: %2</translation>
    </message>
    <message>
        <source>Saved %1</source>
        <translation>%1 gespeichert</translation>
    </message>
    <message>
        <source>HTML (*.html)</source>
        <translation>HTML (*.html)</translation>
    </message>
    <message>
        <source>Too few updates have arrived yet: try again in a few seconds.</source>
        <translation>Noch sind zu wenige Meldungen angekommen: in ein paar Sekunden noch einmal versuchen.</translation>
    </message>
    <message>
        <source>the session</source>
        <translation>die Sitzung</translation>
    </message>
    <message>
        <source>Co&amp;mpare with …</source>
        <translation>Ver&amp;gleichen mit …</translation>
    </message>
    <message>
        <source>Lay another recording over this one, with a table of the differences (Ctrl+D)</source>
        <translation>Eine andere Aufzeichnung über diese legen, mit einer Tabelle der Unterschiede (Strg+D)</translation>
    </message>
</context>
<context>
    <name>metabatch::gui::Announcer</name>
    <message>
        <source>&amp;Notify when the state turns bad</source>
        <translation>Be&amp;nachrichtigen, wenn der Zustand schlecht wird</translation>
    </message>
    <message>
        <source>Show a notification on the desktop when writing stops, updates are lost, or the database falls behind</source>
        <translation>Auf dem Schreibtisch benachrichtigen, wenn nicht mehr geschrieben wird, Meldungen verloren gehen oder die Datenbank nicht nachkommt</translation>
    </message>
</context>
<context>
    <name>metabatch::gui::ChannelPage</name>
    <message>
        <source>Notifications</source>
        <translation>Benachrichtigungen</translation>
    </message>
    <message>
        <source>Select a notification to see every agent that it names.</source>
        <translation>Eine Benachrichtigung wählen, um jeden Agenten zu sehen, den sie nennt.</translation>
    </message>
    <message>
        <source>%1 in the log</source>
        <translation>%1 im Protokoll</translation>
    </message>
    <message>
        <source>, %1 with unreadable parts</source>
        <translation>, %1 mit unlesbaren Teilen</translation>
    </message>
    <message>
        <source>Notifications received</source>
        <translation>Empfangene Benachrichtigungen</translation>
    </message>
    <message>
        <source>%1 received</source>
        <translation>%1 empfangen</translation>
    </message>
    <message>
        <source>, %1 not received</source>
        <translation>, %1 nicht empfangen</translation>
    </message>
</context>
<context>
    <name>metabatch::gui::ChannelWatch</name>
    <message>
        <source>Connecting to %1</source>
        <translation>Verbinde mit %1</translation>
    </message>
    <message>
        <source>Listening on %1, read-only</source>
        <translation>Hört auf %1, nur lesend</translation>
    </message>
    <message>
        <source>Not listening: %1; trying again in %2</source>
        <translation>Hört nicht: %1; neuer Versuch in %2</translation>
    </message>
    <message>
        <source>Listening</source>
        <translation>Hört</translation>
    </message>
    <message>
        <source>; a notification takes %1</source>
        <translation>; eine Benachrichtigung braucht %1</translation>
    </message>
</context>
<context>
    <name>metabatch::gui::ChartCard</name>
    <message>
        <source>Legend of %1</source>
        <translation>Legende von %1</translation>
    </message>
    <message>
        <source>Click a name to hide its line, or to show it</source>
        <translation>Ein Klick auf einen Namen blendet seine Linie aus oder ein</translation>
    </message>
</context>
<context>
    <name>metabatch::gui::ClosingDialog</name>
    <message>
        <source>Closing</source>
        <translation>Schließen</translation>
    </message>
    <message>
        <source>Writing the buffered entries …</source>
        <translation>Die gepufferten Einträge werden geschrieben …</translation>
    </message>
    <message>
        <source>Entries written</source>
        <translation>Geschriebene Einträge</translation>
    </message>
    <message>
        <source>&amp;Keep waiting</source>
        <translation>&amp;Weiter warten</translation>
    </message>
    <message>
        <source>&amp;Save the entries as NDJSON …</source>
        <translation>Einträge als NDJSON &amp;sichern …</translation>
    </message>
    <message>
        <source>&amp;Leave</source>
        <translation>Ver&amp;lassen</translation>
    </message>
    <message>
        <source>End now; the buffered entries are lost</source>
        <translation>Jetzt beenden; die gepufferten Einträge gehen verloren</translation>
    </message>
    <message>
        <source>%1 still buffered; writing them for %2.</source>
        <translation>%1 noch gepuffert; wird seit %2 geschrieben.</translation>
    </message>
    <message>
        <source>The time limit for closing has passed. Nothing is lost while this program waits.</source>
        <translation>Die Frist zum Schließen ist abgelaufen. Nichts geht verloren, solange dieses Programm wartet.</translation>
    </message>
    <message>
        <source>Save the buffered entries</source>
        <translation>Gepufferte Einträge sichern</translation>
    </message>
    <message>
        <source>NDJSON (*.ndjson)</source>
        <translation>NDJSON (*.ndjson)</translation>
    </message>
    <message>
        <source>Leaving …</source>
        <translation>Wird verlassen …</translation>
    </message>
    <message>
        <source>Saving to %1 …</source>
        <translation>Wird in %1 gesichert …</translation>
    </message>
</context>
<context>
    <name>metabatch::gui::ComparedRecording</name>
    <message>
        <source>Compare with</source>
        <translation>Vergleichen mit</translation>
    </message>
    <message>
        <source>Recordings (*.ndjson *.jsonl);;All files (*)</source>
        <translation>Aufzeichnungen (*.ndjson *.jsonl);;Alle Dateien (*)</translation>
    </message>
    <message>
        <source>%1 and %2</source>
        <translation>%1 und %2</translation>
    </message>
    <message>
        <source>The charts show %1 as dotted lines, from the same start, until this table is closed.</source>
        <translation>Die Diagramme zeigen %1 als gepunktete Linien, vom gleichen Anfang an, bis diese Tabelle geschlossen wird.</translation>
    </message>
    <message>
        <source>Differences</source>
        <translation>Unterschiede</translation>
    </message>
</context>
<context>
    <name>metabatch::gui::ConnectDialog</name>
    <message>
        <source>Connect to PostgreSQL</source>
        <translation>Mit PostgreSQL verbinden</translation>
    </message>
    <message>
        <source>empty: .pgpass, service file or PG* variables</source>
        <translation>leer: .pgpass, Service-Datei oder PG*-Variablen</translation>
    </message>
    <message>
        <source>&amp;Keep it in the desktop&apos;s keychain</source>
        <translation>Im &amp;Schlüsselbund des Desktops behalten</translation>
    </message>
    <message>
        <source>Used by Save profile; the password is stored only there</source>
        <translation>Beim Sichern des Profils; das Passwort wird nur dort gespeichert</translation>
    </message>
    <message>
        <source>&amp;Drive a simulated fleet into it: registers rows, and updates them</source>
        <translation>Eine simulierte &amp;Flotte hineinschreiben: meldet Zeilen an und aktualisiert sie</translation>
    </message>
    <message>
        <source>&amp;Profile</source>
        <translation>&amp;Profil</translation>
    </message>
    <message>
        <source>&amp;Address</source>
        <translation>&amp;Adresse</translation>
    </message>
    <message>
        <source>Pass&amp;word</source>
        <translation>Pass&amp;wort</translation>
    </message>
    <message>
        <source>C&amp;hannel</source>
        <translation>&amp;Kanal</translation>
    </message>
    <message>
        <source>agents</source>
        <translation>Agenten</translation>
    </message>
    <message>
        <source>keys each</source>
        <translation>Schlüssel je Agent</translation>
    </message>
    <message>
        <source>&amp;Open</source>
        <translation>Ö&amp;ffnen</translation>
    </message>
    <message>
        <source>&amp;Save profile</source>
        <translation>Profil &amp;sichern</translation>
    </message>
    <message>
        <source>The database is not on this machine</source>
        <translation>Die Datenbank liegt nicht auf diesem Rechner</translation>
    </message>
    <message>
        <source>Drive a simulated fleet into %1?

It registers %2 × %3 rows of invented agents in workspace_agent_metadata and updates them until you end the session. The rows stay.</source>
        <translation>Eine simulierte Flotte in %1 schreiben?

Sie meldet %2 × %3 Zeilen erfundener Agenten in workspace_agent_metadata an und aktualisiert sie, bis Sie die Sitzung beenden. Die Zeilen bleiben.</translation>
    </message>
    <message>
        <source>Write to it</source>
        <translation>Hineinschreiben</translation>
    </message>
    <message>
        <source>new</source>
        <translation>neu</translation>
    </message>
    <message>
        <source>The keychain has no password for this profile.</source>
        <translation>Der Schlüsselbund hat kein Passwort für dieses Profil.</translation>
    </message>
    <message>
        <source>No password: %1. Type it, or leave it to .pgpass.</source>
        <translation>Kein Passwort: %1. Bitte eingeben oder .pgpass überlassen.</translation>
    </message>
    <message>
        <source>The keychain has the password.</source>
        <translation>Der Schlüsselbund hat das Passwort.</translation>
    </message>
    <message>
        <source>The password was not stored: %1. The profile itself was saved.</source>
        <translation>Das Passwort wurde nicht gespeichert: %1. Das Profil selbst wurde gesichert.</translation>
    </message>
    <message>
        <source>&amp;Metrics</source>
        <translation>&amp;Metriken</translation>
    </message>
    <message>
        <source>&amp;Watch the channel, read-only; with the address of its metrics, those too</source>
        <translation>Dem Kanal zu&amp;hören, nur lesend; mit der Adresse seiner Metriken auch diesen</translation>
    </message>
    <message>
        <source>Watch the me&amp;trics only (Prometheus): no database</source>
        <translation>Nur die Me&amp;triken verfolgen (Prometheus): keine Datenbank</translation>
    </message>
    <message>
        <source>The address of the metrics is missing.</source>
        <translation>Die Adresse der Metriken fehlt.</translation>
    </message>
    <message>
        <source>agents × keys: at most %1</source>
        <translation>Agenten × Schlüssel: höchstens %1</translation>
    </message>
    <message>
        <source>&amp;Rename …</source>
        <translation>&amp;Umbenennen …</translation>
    </message>
    <message>
        <source>De&amp;lete</source>
        <translation>&amp;Löschen</translation>
    </message>
    <message>
        <source>Name of the profile</source>
        <translation>Name des Profils</translation>
    </message>
    <message>
        <source>Connecting to %1 …</source>
        <translation>Verbindet mit %1 …</translation>
    </message>
    <message>
        <source>✔ The database answers, and can be used.</source>
        <translation>✔ Die Datenbank antwortet und ist brauchbar.</translation>
    </message>
    <message>
        <source>&amp;Test</source>
        <translation>&amp;Testen</translation>
    </message>
    <message>
        <source>Connect to the database; changes nothing</source>
        <translation>Mit der Datenbank verbinden; ändert nichts</translation>
    </message>
    <message>
        <source>The profile cannot be saved: %1 cannot be written.</source>
        <translation>Das Profil lässt sich nicht sichern: %1 ist nicht beschreibbar.</translation>
    </message>
    <message>
        <source>Problem</source>
        <translation>Problem</translation>
    </message>
</context>
<context>
    <name>metabatch::gui::Dashboard</name>
    <message>
        <source>what if</source>
        <translation>was wäre wenn</translation>
    </message>
</context>
<context>
    <name>metabatch::gui::DoctorPage</name>
    <message>
        <source>Report of the doctor</source>
        <translation>Bericht des Doktors</translation>
    </message>
    <message>
        <source>E&amp;xamine again</source>
        <translation>Erneut &amp;untersuchen</translation>
    </message>
    <message>
        <source>Examine the database again; changes nothing (F5)</source>
        <translation>Die Datenbank noch einmal untersuchen; ändert nichts (F5)</translation>
    </message>
    <message>
        <source>&amp;Copy as text</source>
        <translation>Als Text &amp;kopieren</translation>
    </message>
    <message>
        <source>Findings of the doctor</source>
        <translation>Befunde des Doktors</translation>
    </message>
    <message>
        <source>No database is open.</source>
        <translation>Keine Datenbank ist geöffnet.</translation>
    </message>
    <message>
        <source>Examining %1 …</source>
        <translation>Untersuche %1 …</translation>
    </message>
    <message>
        <source>make the file and its folder writable, or end the program that locks it</source>
        <translation>Datei und Ordner beschreibbar machen, oder das Programm beenden, das sie sperrt</translation>
    </message>
    <message>
        <source>%1 can be read and written</source>
        <translation>%1 kann gelesen und geschrieben werden</translation>
    </message>
    <message>
        <source>an embedded database, for one program on one machine</source>
        <translation>eine eingebettete Datenbank, für ein Programm auf einem Rechner</translation>
    </message>
    <message>
        <source>for production connect to PostgreSQL: the doctor then checks the server, the table, privileges, clocks and the notification queue</source>
        <translation>für den Betrieb mit PostgreSQL verbinden: Der Doktor prüft dann Server, Tabelle, Rechte, Uhren und die Warteschlange der Benachrichtigungen</translation>
    </message>
    <message>
        <source>Examined %1 at %2 in %3: %4.</source>
        <translation>%1 um %2 in %3 untersucht: %4.</translation>
    </message>
</context>
<context>
    <name>metabatch::gui::DriveSource</name>
    <message>
        <source>Session &gt; Register the fleet again creates the rows.</source>
        <translation>Sitzung &gt; Flotte erneut anmelden legt die Zeilen an.</translation>
    </message>
    <message>
        <source>Demo</source>
        <translation>Demo</translation>
    </message>
    <message>
        <source>%1 removed</source>
        <translation>%1 entfernt</translation>
    </message>
    <message>
        <source>fleet</source>
        <translation>Flotte</translation>
    </message>
    <message>
        <source>fault ended</source>
        <translation>Störung beendet</translation>
    </message>
    <message>
        <source>slow database</source>
        <translation>langsame Datenbank</translation>
    </message>
    <message>
        <source>database refuses</source>
        <translation>Datenbank lehnt ab</translation>
    </message>
    <message>
        <source>connection lost</source>
        <translation>Verbindung verloren</translation>
    </message>
    <message>
        <source>flush requested</source>
        <translation>Flush verlangt</translation>
    </message>
    <message>
        <source>flushes paused</source>
        <translation>Flushes angehalten</translation>
    </message>
    <message>
        <source>flushes resumed</source>
        <translation>Flushes fortgesetzt</translation>
    </message>
    <message>
        <source>Register the fleet again in %1?

This creates the missing rows of %2 × %3 invented agents and keys in workspace_agent_metadata. The rows stay.</source>
        <translation>Die Flotte in %1 erneut anmelden?

Das legt die fehlenden Zeilen von %2 × %3 erfundenen Agenten und Schlüsseln in workspace_agent_metadata an. Die Zeilen bleiben.</translation>
    </message>
    <message>
        <source>Remove rows</source>
        <translation>Zeilen entfernen</translation>
    </message>
    <message>
        <source>Stop the fleet and delete all rows of its %1 from %2?</source>
        <translation>Die Flotte anhalten und alle Zeilen ihrer %1 aus %2 löschen?</translation>
    </message>
    <message>
        <source>Delete the rows</source>
        <translation>Zeilen löschen</translation>
    </message>
    <message>
        <source>Registered again at %1: %2 created.</source>
        <translation>Um %1 erneut angemeldet: %2 angelegt.</translation>
    </message>
    <message>
        <source>Registering again failed at %1: %2</source>
        <translation>Erneutes Anmelden um %1 gescheitert: %2</translation>
    </message>
    <message>
        <source>registered again: %1</source>
        <translation>erneut angemeldet: %1</translation>
    </message>
    <message>
        <source>Replaying %1 into %2</source>
        <translation>Gibt %1 in %2 wieder</translation>
    </message>
    <message>
        <source>standard input</source>
        <translation>Standardeingabe</translation>
    </message>
    <message>
        <source>an embedded database</source>
        <translation>eine eingebettete Datenbank</translation>
    </message>
    <message>
        <source>Demo: simulated fleet on an embedded database</source>
        <translation>Demo: simulierte Flotte auf einer eingebetteten Datenbank</translation>
    </message>
    <message>
        <source>Driving a simulated fleet into %1</source>
        <translation>Schreibt eine simulierte Flotte in %1</translation>
    </message>
</context>
<context>
    <name>metabatch::gui::FleetKnobs</name>
    <message>
        <source>value bytes</source>
        <translation>Bytes je Wert</translation>
    </message>
    <message>
        <source>as they are met</source>
        <translation>wie sie vorkommen</translation>
    </message>
    <message>
        <source>Length of each value; empty: as long as such values are met.</source>
        <translation>Länge jedes Wertes; leer: so lang, wie solche Werte sind.</translation>
    </message>
    <message>
        <source>%1 × %2 keys every %3</source>
        <translation>%1 × %2 Schlüssel alle %3</translation>
    </message>
</context>
<context>
    <name>metabatch::gui::FlushPage</name>
    <message>
        <source>filter: reason, outcome, SQLSTATE …</source>
        <translation>Filter: Anlass, Ergebnis, SQLSTATE …</translation>
    </message>
    <message>
        <source>Filter of the flush log</source>
        <translation>Filter des Flush-Protokolls</translation>
    </message>
    <message>
        <source>failed only</source>
        <translation>nur gescheiterte</translation>
    </message>
    <message>
        <source>Flush log</source>
        <translation>Flush-Protokoll</translation>
    </message>
    <message>
        <source>Select a flush to see its details and the agents that its chunks name.</source>
        <translation>Einen Flush wählen, um seine Einzelheiten zu sehen und die Agenten, die seine Chunks nennen.</translation>
    </message>
    <message>
        <source>Open the payloads in the &amp;inspector</source>
        <translation>Nachrichten im &amp;Inspektor öffnen</translation>
    </message>
    <message>
        <source>%1 of %2 in the log</source>
        <translation>%1 von %2 im Protokoll</translation>
    </message>
    <message>
        <source>Agent %1 ✕</source>
        <translation>Agent %1 ✕</translation>
    </message>
    <message>
        <source>These flushes name the agent %1. Click to show all.</source>
        <translation>Diese Flushes nennen den Agenten %1. Ein Klick zeigt alle.</translation>
    </message>
    <message>
        <source>All agents</source>
        <translation>Alle Agenten</translation>
    </message>
</context>
<context>
    <name>metabatch::gui::HealthPanel</name>
    <message>
        <source>Findings</source>
        <translation>Befunde</translation>
    </message>
    <message>
        <source>State</source>
        <translation>Zustand</translation>
    </message>
    <message>
        <source>Share of writes and NOTIFYs that batching saves</source>
        <translation>Anteil der Schreibvorgänge und NOTIFYs, den das Stapeln spart</translation>
    </message>
    <message>
        <source>Span of the figures</source>
        <translation>Zeitraum der Zahlen</translation>
    </message>
    <message>
        <source>Apply</source>
        <translation>Anwenden</translation>
    </message>
    <message>
        <source>Apply the named setting; this can be undone (Ctrl+Z)</source>
        <translation>Die genannte Einstellung übernehmen; das lässt sich rückgängig machen (Strg+Z)</translation>
    </message>
</context>
<context>
    <name>metabatch::gui::InspectorPage</name>
    <message>
        <source>Text to inspect</source>
        <translation>Zu untersuchender Text</translation>
    </message>
    <message>
        <source>Paste a notification&apos;s payload, a line of psql or of a PostgreSQL log, SQL, JSON, hex, or a list of agent ids.</source>
        <translation>Eine Nachricht, eine Zeile von psql oder aus einem PostgreSQL-Protokoll, SQL, JSON, Hex oder eine Liste von Agenten-IDs einfügen.</translation>
    </message>
    <message>
        <source>The result appears here.</source>
        <translation>Das Ergebnis erscheint hier.</translation>
    </message>
    <message>
        <source>Show an &amp;example</source>
        <translation>Ein &amp;Beispiel zeigen</translation>
    </message>
    <message>
        <source>%1, %2</source>
        <translation>%1, %2</translation>
    </message>
    <message>
        <source>; only the first %1 characters were read</source>
        <translation>; nur die ersten %1 Zeichen wurden gelesen</translation>
    </message>
    <message>
        <source>At the cursor: %1</source>
        <translation>An der Schreibmarke: %1</translation>
    </message>
</context>
<context>
    <name>metabatch::gui::MainMenu</name>
    <message>
        <source>&amp;New demo</source>
        <translation>&amp;Neue Demo</translation>
    </message>
    <message>
        <source>Start a simulated fleet on an embedded database (Ctrl+N)</source>
        <translation>Eine simulierte Flotte auf einer eingebetteten Datenbank starten (Strg+N)</translation>
    </message>
    <message>
        <source>&amp;Connect …</source>
        <translation>&amp;Verbinden …</translation>
    </message>
    <message>
        <source>Watch or drive a PostgreSQL database (Ctrl+K)</source>
        <translation>Eine PostgreSQL-Datenbank beobachten oder beschreiben (Strg+K)</translation>
    </message>
    <message>
        <source>&amp;Replay …</source>
        <translation>&amp;Wiedergeben …</translation>
    </message>
    <message>
        <source>Play recorded updates into a database (Ctrl+R)</source>
        <translation>Aufgezeichnete Meldungen in eine Datenbank wiedergeben (Strg+R)</translation>
    </message>
    <message>
        <source>&amp;Inspect</source>
        <translation>&amp;Untersuchen</translation>
    </message>
    <message>
        <source>Decode a notification or a log line (Ctrl+I)</source>
        <translation>Eine Benachrichtigung oder Protokollzeile entschlüsseln (Strg+I)</translation>
    </message>
    <message>
        <source>&amp;Open recording …</source>
        <translation>Aufzeichnung &amp;öffnen …</translation>
    </message>
    <message>
        <source>Show a recording (Ctrl+O); a file dropped on the window does the same</source>
        <translation>Eine Aufzeichnung zeigen (Strg+O); eine Datei auf das Fenster ziehen tut dasselbe</translation>
    </message>
    <message>
        <source>C&amp;lose</source>
        <translation>Sch&amp;ließen</translation>
    </message>
    <message>
        <source>Write the buffered entries, close the source and show the start page (Ctrl+W)</source>
        <translation>Die gepufferten Einträge schreiben, die Quelle schließen und die Startseite zeigen (Strg+W)</translation>
    </message>
    <message>
        <source>&amp;Flush now</source>
        <translation>Jetzt &amp;flushen</translation>
    </message>
    <message>
        <source>Write all buffered entries (Ctrl+F5)</source>
        <translation>Alle gepufferten Einträge schreiben (Strg+F5)</translation>
    </message>
    <message>
        <source>&amp;Pause flushes</source>
        <translation>Flushes &amp;anhalten</translation>
    </message>
    <message>
        <source>Write nothing until this is switched off; updates still arrive (Ctrl+H)</source>
        <translation>Nichts schreiben, bis dies ausgeschaltet wird; Meldungen kommen weiter an (Strg+H)</translation>
    </message>
    <message>
        <source>R&amp;egister the fleet again</source>
        <translation>Flotte &amp;erneut anmelden</translation>
    </message>
    <message>
        <source>Create again the rows of the simulated agents that the database lost</source>
        <translation>Legt die Zeilen der simulierten Agenten wieder an, die die Datenbank verloren hat</translation>
    </message>
    <message>
        <source>Recor&amp;d …</source>
        <translation>Aufzei&amp;chnen …</translation>
    </message>
    <message>
        <source>Record the session to a file, for this window, `metabatch ingest` and `metabatch simulate`</source>
        <translation>Die Sitzung in eine Datei aufzeichnen, für dieses Fenster, `metabatch ingest` und `metabatch simulate`</translation>
    </message>
    <message>
        <source>Record</source>
        <translation>Aufzeichnen</translation>
    </message>
    <message>
        <source>Recordings (*.ndjson);;All files (*)</source>
        <translation>Aufzeichnungen (*.ndjson);;Alle Dateien (*)</translation>
    </message>
    <message>
        <source>Live</source>
        <translation>Live</translation>
    </message>
    <message>
        <source>Stop the charts, or let them follow (Ctrl+L); the session continues</source>
        <translation>Diagramme anhalten oder folgen lassen (Strg+L); die Sitzung läuft weiter</translation>
    </message>
    <message>
        <source>Shown time</source>
        <translation>Gezeigte Zeit</translation>
    </message>
    <message>
        <source>zoomed</source>
        <translation>gezoomt</translation>
    </message>
    <message>
        <source>Tools</source>
        <translation>Werkzeuge</translation>
    </message>
    <message>
        <source>&amp;Session</source>
        <translation>&amp;Sitzung</translation>
    </message>
    <message>
        <source>Recent recordin&amp;gs</source>
        <translation>Le&amp;tzte Aufzeichnungen</translation>
    </message>
    <message>
        <source>None</source>
        <translation>Keine</translation>
    </message>
    <message>
        <source>&amp;Quit</source>
        <translation>&amp;Beenden</translation>
    </message>
    <message>
        <source>&amp;Edit</source>
        <translation>&amp;Bearbeiten</translation>
    </message>
    <message>
        <source>&amp;Undo</source>
        <translation>&amp;Rückgängig</translation>
    </message>
    <message>
        <source>&amp;Redo</source>
        <translation>&amp;Wiederholen</translation>
    </message>
    <message>
        <source>&amp;View</source>
        <translation>&amp;Ansicht</translation>
    </message>
    <message>
        <source>Time of da&amp;y on the axes</source>
        <translation>Uhr&amp;zeit an den Achsen</translation>
    </message>
    <message>
        <source>Zoom &amp;in</source>
        <translation>&amp;Vergrößern</translation>
    </message>
    <message>
        <source>Zoom &amp;out</source>
        <translation>Ver&amp;kleinern</translation>
    </message>
    <message>
        <source>&amp;Settings panel</source>
        <translation>&amp;Einstellungen</translation>
    </message>
    <message>
        <source>&amp;What if</source>
        <translation>&amp;Was wäre wenn</translation>
    </message>
    <message>
        <source>System &amp;colours</source>
        <translation>S&amp;ystemfarben</translation>
    </message>
    <message>
        <source>&amp;Light</source>
        <translation>He&amp;ll</translation>
    </message>
    <message>
        <source>&amp;Dark</source>
        <translation>&amp;Dunkel</translation>
    </message>
    <message>
        <source>At its end</source>
        <translation>Am Ende</translation>
    </message>
    <message>
        <source>To its end</source>
        <translation>Bis zum Ende</translation>
    </message>
    <message>
        <source>Paused: back to live</source>
        <translation>Angehalten: zurück zu live</translation>
    </message>
</context>
<context>
    <name>metabatch::gui::MainWindow</name>
    <message>
        <source>Inspector</source>
        <translation>Inspektor</translation>
    </message>
    <message>
        <source>Not connected</source>
        <translation>Nicht verbunden</translation>
    </message>
    <message>
        <source>Starting</source>
        <translation>Startet</translation>
    </message>
    <message>
        <source>Running for %1</source>
        <translation>Läuft seit %1</translation>
    </message>
    <message>
        <source>What if</source>
        <translation>Was wäre wenn</translation>
    </message>
    <message>
        <source>Close the open source first (Ctrl+W), then open the recording.</source>
        <translation>Erst die offene Quelle schließen (Strg+W), dann die Aufzeichnung öffnen.</translation>
    </message>
    <message>
        <source>Settings</source>
        <translation>Einstellungen</translation>
    </message>
    <message>
        <source>Closing: writing the buffered entries</source>
        <translation>Schließt: Die gepufferten Einträge werden geschrieben</translation>
    </message>
    <message>
        <source>Recording</source>
        <translation>Aufzeichnung</translation>
    </message>
</context>
<context>
    <name>metabatch::gui::MetricsFetcher</name>
    <message>
        <source>no complete answer within %1</source>
        <translation>keine vollständige Antwort binnen %1</translation>
    </message>
    <message>
        <source>the answer is over %1</source>
        <translation>die Antwort ist größer als %1</translation>
    </message>
    <message>
        <source>the answer is too long</source>
        <translation>die Antwort ist zu lang</translation>
    </message>
    <message>
        <source>the page was cut off</source>
        <translation>die Seite wurde abgeschnitten</translation>
    </message>
    <message>
        <source>%1: it asks for a token or a password</source>
        <translation>%1: es wird ein Token oder Passwort verlangt</translation>
    </message>
    <message>
        <source>%1: the token or password is not accepted</source>
        <translation>%1: Token oder Passwort wird nicht angenommen</translation>
    </message>
    <message>
        <source>the server answers %1 %2</source>
        <translation>der Server antwortet %1 %2</translation>
    </message>
    <message>
        <source>a web page, not metrics (%1)</source>
        <translation>eine Webseite, keine Metriken (%1)</translation>
    </message>
    <message>
        <source>JSON, not metrics</source>
        <translation>JSON, keine Metriken</translation>
    </message>
    <message>
        <source>nobody listens there (connection refused)</source>
        <translation>dort hört niemand (Verbindung abgelehnt)</translation>
    </message>
    <message>
        <source>the server closed the connection</source>
        <translation>der Server hat die Verbindung geschlossen</translation>
    </message>
    <message>
        <source>there is no host with that name</source>
        <translation>es gibt keinen Rechner mit diesem Namen</translation>
    </message>
    <message>
        <source>it redirects, which is not followed: enter the other address</source>
        <translation>die Adresse leitet weiter, dem wird nicht gefolgt: die andere Adresse eingeben</translation>
    </message>
</context>
<context>
    <name>metabatch::gui::MetricsFields</name>
    <message>
        <source>Address of the metrics</source>
        <translation>Adresse der Metriken</translation>
    </message>
    <message>
        <source>every </source>
        <translation>alle </translation>
    </message>
    <message>
        <source>no password</source>
        <translation>kein Passwort</translation>
    </message>
    <message>
        <source>bearer token</source>
        <translation>Bearer-Token</translation>
    </message>
    <message>
        <source>user and password</source>
        <translation>Benutzer und Passwort</translation>
    </message>
    <message>
        <source>user</source>
        <translation>Benutzer</translation>
    </message>
    <message>
        <source>Prefix of the metrics</source>
        <translation>Vorsilbe der Metriken</translation>
    </message>
    <message>
        <source>token; never stored</source>
        <translation>Token; wird nie gespeichert</translation>
    </message>
    <message>
        <source>password; never stored</source>
        <translation>Passwort; wird nie gespeichert</translation>
    </message>
    <message>
        <source>Over http others can read the password: use https if possible.</source>
        <translation>Über http können andere das Passwort lesen: wenn möglich https verwenden.</translation>
    </message>
    <message>
        <source>A token has no line ends.</source>
        <translation>Ein Token hat keine Zeilenenden.</translation>
    </message>
    <message>
        <source>Names of metrics cannot begin with this prefix.</source>
        <translation>Namen von Metriken können nicht mit dieser Vorsilbe beginnen.</translation>
    </message>
    <message>
        <source>Token or password</source>
        <translation>Token oder Passwort</translation>
    </message>
    <message>
        <source>Seconds between two scrapes</source>
        <translation>Sekunden zwischen zwei Abfragen</translation>
    </message>
    <message>
        <source>Credentials for the metrics</source>
        <translation>Anmeldung für die Metriken</translation>
    </message>
    <message>
        <source>Prefix of the names of the metrics</source>
        <translation>Anfang der Namen der Metriken</translation>
    </message>
</context>
<context>
    <name>metabatch::gui::MetricsSource</name>
    <message>
        <source>Watching the metrics at %1, read-only</source>
        <translation>Beobachtet die Metriken unter %1, nur lesend</translation>
    </message>
</context>
<context>
    <name>metabatch::gui::MetricsWatch</name>
    <message>
        <source>No address.</source>
        <translation>Keine Adresse.</translation>
    </message>
    <message>
        <source>Not an address: %1</source>
        <translation>Keine Adresse: %1</translation>
    </message>
    <message>
        <source>An address to scrape begins with http:// or https://</source>
        <translation>Eine Adresse für Metriken beginnt mit http:// oder https://</translation>
    </message>
    <message>
        <source>The address names no host.</source>
        <translation>Die Adresse nennt keinen Rechner.</translation>
    </message>
</context>
<context>
    <name>metabatch::gui::PageExport</name>
    <message>
        <source>Export as CS&amp;V …</source>
        <translation>Als CSV e&amp;xportieren …</translation>
    </message>
    <message>
        <source>E&amp;xport as picture …</source>
        <translation>Als B&amp;ild exportieren …</translation>
    </message>
    <message>
        <source>Export as CSV</source>
        <translation>Als CSV exportieren</translation>
    </message>
    <message>
        <source>CSV (*.csv)</source>
        <translation>CSV (*.csv)</translation>
    </message>
    <message>
        <source>PNG, or SVG if the name ends in .svg</source>
        <translation>PNG, oder SVG, wenn der Name auf .svg endet</translation>
    </message>
    <message>
        <source>Export as picture</source>
        <translation>Als Bild exportieren</translation>
    </message>
    <message>
        <source>SVG (*.svg);;PNG (*.png)</source>
        <translation>SVG (*.svg);;PNG (*.png)</translation>
    </message>
    <message>
        <source>%1 is not a regular file.</source>
        <translation>%1 ist keine gewöhnliche Datei.</translation>
    </message>
    <message>
        <source>Saved %1</source>
        <translation>%1 gesichert</translation>
    </message>
    <message>
        <source>Export</source>
        <translation>Export</translation>
    </message>
    <message>
        <source>%1: %2</source>
        <translation>%1: %2</translation>
    </message>
</context>
<context>
    <name>metabatch::gui::PageTabs</name>
    <message>
        <source>Pages</source>
        <translation>Seiten</translation>
    </message>
    <message>
        <source>Dashboard</source>
        <translation>Übersicht</translation>
    </message>
    <message>
        <source>Flushes</source>
        <translation>Flushes</translation>
    </message>
    <message>
        <source>Agents</source>
        <translation>Agenten</translation>
    </message>
    <message>
        <source>Channel</source>
        <translation>Kanal</translation>
    </message>
    <message>
        <source>Quarantine</source>
        <translation>Quarantäne</translation>
    </message>
    <message>
        <source>Doctor</source>
        <translation>Doktor</translation>
    </message>
    <message>
        <source>Inspector</source>
        <translation>Inspektor</translation>
    </message>
</context>
<context>
    <name>metabatch::gui::QuarantinePage</name>
    <message>
        <source>Refused values</source>
        <translation>Abgelehnte Werte</translation>
    </message>
    <message>
        <source>A refused value does not affect others: the rest of its batch was written. To send it again, save it as NDJSON, correct it and run `metabatch ingest FILE`. If its row has a newer value by then, the newer one stays.</source>
        <translation>Ein abgelehnter Wert betrifft keinen anderen: Der Rest seines Stapels wurde geschrieben. Um ihn erneut zu senden, als NDJSON sichern, berichtigen und `metabatch ingest DATEI` aufrufen. Hat seine Zeile bis dahin einen neueren Wert, bleibt der neuere.</translation>
    </message>
    <message>
        <source>Select a row to see it in full.</source>
        <translation>Eine Zeile wählen, um sie ganz zu sehen.</translation>
    </message>
    <message>
        <source>&amp;Copy as NDJSON</source>
        <translation>Als NDJSON &amp;kopieren</translation>
    </message>
    <message>
        <source>The selected rows, or all rows if none is selected</source>
        <translation>Die gewählten Zeilen, oder alle, wenn keine gewählt ist</translation>
    </message>
    <message>
        <source>&amp;Save as NDJSON …</source>
        <translation>Als NDJSON &amp;sichern …</translation>
    </message>
    <message>
        <source>✔ The database refused no value.</source>
        <translation>✔ Die Datenbank hat keinen Wert abgelehnt.</translation>
    </message>
    <message>
        <source>✖ The database refused %1.</source>
        <translation>✖ Die Datenbank hat %1 abgelehnt.</translation>
    </message>
    <message>
        <source>The oldest %1 are no longer stored.</source>
        <translation>Die ältesten %1 sind nicht mehr gespeichert.</translation>
    </message>
    <message>
        <source>Save as NDJSON</source>
        <translation>Als NDJSON sichern</translation>
    </message>
    <message>
        <source>NDJSON (*.ndjson)</source>
        <translation>NDJSON (*.ndjson)</translation>
    </message>
    <message>
        <source>%1: %2</source>
        <translation>%1: %2</translation>
    </message>
</context>
<context>
    <name>metabatch::gui::RecordingOpener</name>
    <message>
        <source>%1 is a folder.</source>
        <translation>%1 ist ein Ordner.</translation>
    </message>
    <message>
        <source>%1: %2</source>
        <translation>%1: %2</translation>
    </message>
    <message>
        <source>it is empty</source>
        <translation>sie ist leer</translation>
    </message>
    <message>
        <source>%1 is no recorded session: %2.</source>
        <translation>%1 ist keine aufgezeichnete Sitzung: %2.</translation>
    </message>
</context>
<context>
    <name>metabatch::gui::RecordingSource</name>
    <message>
        <source>Not opened</source>
        <translation>Nicht geöffnet</translation>
    </message>
    <message>
        <source>Open recording</source>
        <translation>Aufzeichnung öffnen</translation>
    </message>
    <message>
        <source>Recordings (*.ndjson *.jsonl);;All files (*)</source>
        <translation>Aufzeichnungen (*.ndjson *.jsonl);;Alle Dateien (*)</translation>
    </message>
    <message>
        <source>Reading %1</source>
        <translation>%1 wird gelesen</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>Abbrechen</translation>
    </message>
    <message>
        <source>%1 could not be read; everything else is shown.

%2</source>
        <translation>%1 nicht lesbar; alles andere wird gezeigt.

%2</translation>
    </message>
    <message>
        <source>Recording %1</source>
        <translation>Aufzeichnung %1</translation>
    </message>
    <message>
        <source>%1, %2 to %3 (%4), %5 in %6</source>
        <translation>%1, %2 bis %3 (%4), %5 in %6</translation>
    </message>
    <message>
        <source>; arrivals only</source>
        <translation>; nur Ankünfte</translation>
    </message>
</context>
<context>
    <name>metabatch::gui::RecordingStatus</name>
    <message>
        <source>Recording %1, %2</source>
        <translation>Aufzeichnung %1, %2</translation>
    </message>
    <message>
        <source>Recorded %1, %2 · &lt;a href=&apos;open&apos;&gt;Open&lt;/a&gt;</source>
        <translation>%1 aufgezeichnet, %2 · &lt;a href=&apos;open&apos;&gt;Öffnen&lt;/a&gt;</translation>
    </message>
    <message>
        <source>Recording</source>
        <translation>Aufzeichnung</translation>
    </message>
    <message>
        <source>Recorded %1</source>
        <translation>Aufgezeichnet: %1</translation>
    </message>
</context>
<context>
    <name>metabatch::gui::ReplayBar</name>
    <message>
        <source>Replay</source>
        <translation>Wiedergabe</translation>
    </message>
    <message>
        <source>Share of the input that was read</source>
        <translation>Gelesener Anteil der Eingabe</translation>
    </message>
    <message>
        <source>Skip the wait</source>
        <translation>Warten überspringen</translation>
    </message>
    <message>
        <source>Send the next line now; later lines keep their distance to it</source>
        <translation>Die nächste Zeile jetzt senden; spätere Zeilen behalten ihren Abstand zu ihr</translation>
    </message>
    <message>
        <source>Pause replay</source>
        <translation>Wiedergabe anhalten</translation>
    </message>
    <message>
        <source>No line is sent until this is switched off; lines already sent are written (Ctrl+P)</source>
        <translation>Keine Zeile wird gesendet, bis dies ausgeschaltet wird; schon gesendete Zeilen werden geschrieben (Strg+P)</translation>
    </message>
    <message>
        <source>Speed of the replay</source>
        <translation>Tempo der Wiedergabe</translation>
    </message>
    <message>
        <source>standard input</source>
        <translation>Standardeingabe</translation>
    </message>
    <message>
        <source>Remarks</source>
        <translation>Bemerkungen</translation>
    </message>
    <message>
        <source>%1 earlier or in between, not stored</source>
        <translation>%1 früher oder dazwischen, nicht gespeichert</translation>
    </message>
    <message>
        <source>line %1: %2</source>
        <translation>Zeile %1: %2</translation>
    </message>
    <message>
        <source>Refused lines</source>
        <translation>Abgelehnte Zeilen</translation>
    </message>
</context>
<context>
    <name>metabatch::gui::ReplayDialog</name>
    <message>
        <source>Replay recorded updates</source>
        <translation>Aufgezeichnete Meldungen wiedergeben</translation>
    </message>
    <message>
        <source>NDJSON file or named pipe; - for standard input</source>
        <translation>NDJSON-Datei oder benannte Pipe; - für die Standardeingabe</translation>
    </message>
    <message>
        <source>&amp;Browse …</source>
        <translation>&amp;Durchsuchen …</translation>
    </message>
    <message>
        <source>&amp;File</source>
        <translation>D&amp;atei</translation>
    </message>
    <message>
        <source>&amp;Speed</source>
        <translation>&amp;Tempo</translation>
    </message>
    <message>
        <source>&amp;Address</source>
        <translation>&amp;Adresse</translation>
    </message>
    <message>
        <source>Pass&amp;word</source>
        <translation>Pass&amp;wort</translation>
    </message>
    <message>
        <source>&amp;Replay</source>
        <translation>&amp;Wiedergeben</translation>
    </message>
    <message>
        <source>Into an &amp;embedded database in a temporary folder</source>
        <translation>In eine &amp;eingebettete Datenbank in einem vorläufigen Ordner</translation>
    </message>
    <message>
        <source>Into a &amp;PostgreSQL database: updates the rows of the agents in the file</source>
        <translation>In eine &amp;PostgreSQL-Datenbank: aktualisiert die Zeilen der Agenten in der Datei</translation>
    </message>
    <message>
        <source>empty: .pgpass, service file or PG* variables; never stored</source>
        <translation>leer: .pgpass, Service-Datei oder PG*-Variablen; wird nie gespeichert</translation>
    </message>
    <message>
        <source>&amp;Create missing rows</source>
        <translation>Fehlende Zeilen an&amp;legen</translation>
    </message>
    <message>
        <source>Replay</source>
        <translation>Wiedergabe</translation>
    </message>
    <message>
        <source>Recorded updates (*.ndjson *.jsonl *.json);;All files (*)</source>
        <translation>Aufgezeichnete Meldungen (*.ndjson *.jsonl *.json);;Alle Dateien (*)</translation>
    </message>
    <message>
        <source>There is no file with that name.</source>
        <translation>Es gibt keine Datei mit diesem Namen.</translation>
    </message>
    <message>
        <source>That is a folder.</source>
        <translation>Das ist ein Ordner.</translation>
    </message>
    <message>
        <source>That file may not be read.</source>
        <translation>Diese Datei darf nicht gelesen werden.</translation>
    </message>
</context>
<context>
    <name>metabatch::gui::ReplaySource</name>
    <message>
        <source>replay paused</source>
        <translation>Wiedergabe angehalten</translation>
    </message>
    <message>
        <source>replay resumed</source>
        <translation>Wiedergabe fortgesetzt</translation>
    </message>
    <message>
        <source>replay %1</source>
        <translation>Wiedergabe %1</translation>
    </message>
    <message>
        <source>Replay %1 into %2?

This updates the rows of the agents in the file, in workspace_agent_metadata, with their recorded values.</source>
        <translation>%1 in %2 wiedergeben?

Das schreibt die aufgezeichneten Werte in die Zeilen der Agenten der Datei, in workspace_agent_metadata.</translation>
    </message>
    <message>
        <source>standard input</source>
        <translation>Standardeingabe</translation>
    </message>
    <message>
        <source>Missing rows are created, and stay.</source>
        <translation>Fehlende Zeilen werden angelegt und bleiben.</translation>
    </message>
    <message>
        <source>Replay</source>
        <translation>Wiedergabe</translation>
    </message>
</context>
<context>
    <name>metabatch::gui::ReportWriter</name>
    <message>
        <source>it cannot be calculated: the measurements give no model of the database</source>
        <translation>das lässt sich nicht berechnen: die Messwerte ergeben kein Modell der Datenbank</translation>
    </message>
</context>
<context>
    <name>metabatch::gui::SelectionBar</name>
    <message>
        <source>Selected time</source>
        <translation>Gewählte Zeit</translation>
    </message>
    <message>
        <source>&amp;Zoom to it</source>
        <translation>Darauf &amp;zoomen</translation>
    </message>
    <message>
        <source>Cl&amp;ear</source>
        <translation>Auf&amp;heben</translation>
    </message>
    <message>
        <source>Show everything again (Esc)</source>
        <translation>Wieder alles zeigen (Esc)</translation>
    </message>
    <message>
        <source>Selected: %1 to %2 (%3)</source>
        <translation>Gewählt: %1 bis %2 (%3)</translation>
    </message>
    <message>
        <source>Fi&amp;gures …</source>
        <translation>&amp;Zahlen …</translation>
    </message>
    <message>
        <source>Mean, median, min, max and total</source>
        <translation>Mittel, Median, Minimum, Maximum und Summe</translation>
    </message>
    <message>
        <source>Show this span alone (Enter)</source>
        <translation>Nur diese Spanne zeigen (Eingabe)</translation>
    </message>
    <message>
        <source>Figures of the selected span</source>
        <translation>Zahlen der ausgewählten Spanne</translation>
    </message>
</context>
<context>
    <name>metabatch::gui::SessionWorker</name>
    <message>
        <source>The rows cannot be removed: %1</source>
        <translation>Die Zeilen lassen sich nicht entfernen: %1</translation>
    </message>
    <message>
        <source>%1: %2</source>
        <translation>%1: %2</translation>
    </message>
</context>
<context>
    <name>metabatch::gui::StartPage</name>
    <message>
        <source>Batches the metadata of many agents: shows what that saves and what triggers the flushes, and changes settings while it runs.</source>
        <translation>Stapelt die Metadaten vieler Agenten: zeigt, was das spart und was die Flushes auslöst, und ändert Einstellungen im Betrieb.</translation>
    </message>
    <message>
        <source>&amp;Demo</source>
        <translation>&amp;Demo</translation>
    </message>
    <message>
        <source>600 simulated agents on an embedded database, at once. Nothing outside this program is touched.</source>
        <translation>600 simulierte Agenten auf einer eingebetteten Datenbank, sofort. Nichts außerhalb dieses Programms wird berührt.</translation>
    </message>
    <message>
        <source>&amp;Connect …</source>
        <translation>&amp;Verbinden …</translation>
    </message>
    <message>
        <source>Watch a PostgreSQL channel or the metrics of a batcher (Prometheus), read-only, or drive a simulated fleet into a database.</source>
        <translation>Einem PostgreSQL-Kanal oder den Metriken eines Batchers (Prometheus) nur lesend folgen, oder eine simulierte Flotte in eine Datenbank schreiben.</translation>
    </message>
    <message>
        <source>&amp;Replay …</source>
        <translation>&amp;Wiedergeben …</translation>
    </message>
    <message>
        <source>Recorded or piped updates (NDJSON), at their recorded pace or faster, into an embedded or a PostgreSQL database.</source>
        <translation>Aufgezeichnete oder zugeleitete Meldungen (NDJSON), im aufgezeichneten Tempo oder schneller, in eine eingebettete oder eine PostgreSQL-Datenbank.</translation>
    </message>
    <message>
        <source>&amp;Inspect</source>
        <translation>&amp;Untersuchen</translation>
    </message>
    <message>
        <source>Paste a notification, a log line or a list of ids and see what it says.</source>
        <translation>Eine Benachrichtigung, eine Protokollzeile oder eine Liste von IDs einfügen und sehen, was sie sagt.</translation>
    </message>
</context>
<context>
    <name>metabatch::gui::TimeChart</name>
    <message>
        <source>%1 ago</source>
        <translation>vor %1</translation>
    </message>
</context>
<context>
    <name>metabatch::gui::TuneDialog</name>
    <message>
        <source>Tune</source>
        <translation>Einstellungen suchen</translation>
    </message>
    <message>
        <source>Plays the updates of the last minutes with many settings, through the same batcher and a modelled database. The running settings do not change.</source>
        <translation>Spielt die Meldungen der letzten Minuten mit vielen Einstellungen durch denselben Batcher und eine modellierte Datenbank. Die laufenden Einstellungen ändern sich nicht.</translation>
    </message>
    <message>
        <source>Settings tried</source>
        <translation>Erprobte Einstellungen</translation>
    </message>
    <message>
        <source>%v of %m settings</source>
        <translation>%v von %m Einstellungen</translation>
    </message>
    <message>
        <source>Result</source>
        <translation>Ergebnis</translation>
    </message>
    <message>
        <source>Selected settings</source>
        <translation>Gewählte Einstellungen</translation>
    </message>
    <message>
        <source>Reasons</source>
        <translation>Gründe</translation>
    </message>
    <message>
        <source>How it was calculated</source>
        <translation>Wie es berechnet wurde</translation>
    </message>
    <message>
        <source>Frontier, by age</source>
        <translation>Beste Einstellungen, nach Alter</translation>
    </message>
    <message>
        <source>For 99 % of the time a watcher sees values that are not older: 250 ms, 5 s, 2 min</source>
        <translation>In 99 % der Zeit sieht ein Beobachter keine älteren Werte: 250 ms, 5 s, 2 min</translation>
    </message>
    <message>
        <source>Values are at most so &amp;old:</source>
        <translation>&amp;Höchstes Alter der Werte:</translation>
    </message>
    <message>
        <source>&amp;Search</source>
        <translation>&amp;Suchen</translation>
    </message>
    <message>
        <source>Sto&amp;p</source>
        <translation>A&amp;nhalten</translation>
    </message>
    <message>
        <source>End the search with what was tried so far</source>
        <translation>Die Suche mit dem beenden, was bisher erprobt wurde</translation>
    </message>
    <message>
        <source>&amp;Apply</source>
        <translation>An&amp;wenden</translation>
    </message>
    <message>
        <source>Let the batcher run with the settings of the selected row; Ctrl+Z undoes it</source>
        <translation>Den Batcher mit den Einstellungen der gewählten Zeile laufen lassen; Strg+Z macht es rückgängig</translation>
    </message>
    <message>
        <source>The age must be a duration from 1 ns to 1 h: 250 ms, 5 s, 2 min.</source>
        <translation>Das Alter muss eine Dauer von 1 ns bis 1 h sein: 250 ms, 5 s, 2 min.</translation>
    </message>
    <message>
        <source>Too few updates have arrived yet: try again in a few seconds.</source>
        <translation>Noch sind zu wenige Meldungen angekommen: in ein paar Sekunden noch einmal versuchen.</translation>
    </message>
    <message>
        <source>Nothing was tried.</source>
        <translation>Nichts wurde erprobt.</translation>
    </message>
</context>
<context>
    <name>metabatch::gui::TunePanel</name>
    <message>
        <source>Settings, live</source>
        <translation>Einstellungen, sofort wirksam</translation>
    </message>
    <message>
        <source> entries</source>
        <translation> Einträge</translation>
    </message>
    <message>
        <source>A batch with this many entries leaves at once.</source>
        <translation>Ein Stapel mit so vielen Einträgen geht sofort hinaus.</translation>
    </message>
    <message>
        <source>How long entries wait at most: 250 ms, 5 s, 2 min.</source>
        <translation>Wie lange Einträge höchstens warten: 250 ms, 5 s, 2 min.</translation>
    </message>
    <message>
        <source>coalesce: a repeat of a key uses no capacity. fifo: every update uses a slot until the flush ends.</source>
        <translation>coalesce: die Wiederholung eines Schlüssels belegt nichts vom Puffer. fifo: jede Meldung belegt einen Platz, bis der Flush endet.</translation>
    </message>
    <message>
        <source>The capacity: entries buffered in total (fifo: slots).</source>
        <translation>Die Größe des Puffers: gepufferte Einträge insgesamt (fifo: Plätze).</translation>
    </message>
    <message>
        <source> MiB</source>
        <translation> MiB</translation>
    </message>
    <message>
        <source>The capacity in bytes of keys, values and errors.</source>
        <translation>Die Größe des Puffers in Bytes von Schlüsseln, Werten und Fehlern.</translation>
    </message>
    <message>
        <source>Who wins when two updates of a key have the same time.</source>
        <translation>Wer gewinnt, wenn zwei Meldungen eines Schlüssels dieselbe Zeit haben.</translation>
    </message>
    <message>
        <source>retain: unwritten entries are kept and retried. discard: they are dropped and counted.</source>
        <translation>retain: nicht geschriebene Einträge werden behalten und erneut versucht. discard: sie werden verworfen und gezählt.</translation>
    </message>
    <message>
        <source>How long closing may take.</source>
        <translation>Wie lange das Schließen dauern darf.</translation>
    </message>
    <message>
        <source> bytes</source>
        <translation> Bytes</translation>
    </message>
    <message>
        <source>Budget of one notification.</source>
        <translation>Größe einer Benachrichtigung.</translation>
    </message>
    <message>
        <source>Simulated fleet</source>
        <translation>Simulierte Flotte</translation>
    </message>
    <message>
        <source>time between two reports of an agent</source>
        <translation>Zeit zwischen zwei Berichten eines Agenten</translation>
    </message>
    <message>
        <source>agents</source>
        <translation>Agenten</translation>
    </message>
    <message>
        <source>keys each</source>
        <translation>Schlüssel je Agent</translation>
    </message>
    <message>
        <source>report every</source>
        <translation>Bericht alle</translation>
    </message>
    <message>
        <source>Let something go wrong</source>
        <translation>Etwas schiefgehen lassen</translation>
    </message>
    <message>
        <source>fault</source>
        <translation>Störung</translation>
    </message>
    <message>
        <source>nothing</source>
        <translation>keine</translation>
    </message>
    <message>
        <source>slow database (+1.5 s)</source>
        <translation>langsame Datenbank (+1,5 s)</translation>
    </message>
    <message>
        <source>database refuses</source>
        <translation>Datenbank lehnt ab</translation>
    </message>
    <message>
        <source>connection lost</source>
        <translation>Verbindung verloren</translation>
    </message>
    <message>
        <source>Send refused &amp;values</source>
        <translation>Abgelehnte &amp;Werte senden</translation>
    </message>
    <message>
        <source>Three values of 70,000 characters, which no column holds: see the Quarantine page</source>
        <translation>Drei Werte von 70.000 Zeichen, die keine Spalte fasst: siehe Quarantäne</translation>
    </message>
    <message>
        <source> slots</source>
        <translation> Plätze</translation>
    </message>
    <message>
        <source>not a duration: 250 ms, 5 s, 2 min</source>
        <translation>keine Dauer: 250 ms, 5 s, 2 min</translation>
    </message>
    <message>
        <source>report every: from 1 ms to 1 h</source>
        <translation>Bericht alle: von 1 ms bis 1 h</translation>
    </message>
    <message>
        <source>%1: cannot change while running.</source>
        <translation>%1: im Betrieb nicht änderbar.</translation>
    </message>
    <message>
        <source>agents × keys: at most %1</source>
        <translation>Agenten × Schlüssel: höchstens %1</translation>
    </message>
    <message>
        <source>More of the fleet</source>
        <translation>Mehr von der Flotte</translation>
    </message>
    <message>
        <source>Bursts, late and repeated reports, agents that come and go or have no rows ...</source>
        <translation>Stöße, verspätete und wiederholte Berichte, Agenten, die kommen und gehen oder keine Zeilen haben ...</translation>
    </message>
    <message>
        <source>&amp;Apply to the fleet</source>
        <translation>Auf die Flotte an&amp;wenden</translation>
    </message>
    <message>
        <source>Remo&amp;ve its rows …</source>
        <translation>Ihre Zeilen ent&amp;fernen …</translation>
    </message>
    <message>
        <source>Stop the fleet and delete the rows of its agents from the database</source>
        <translation>Die Flotte anhalten und die Zeilen ihrer Agenten aus der Datenbank löschen</translation>
    </message>
    <message>
        <source>&amp;Apply: creates up to %1</source>
        <translation>An&amp;wenden: legt bis zu %1 an</translation>
    </message>
    <message>
        <source>fixed: ticks every interval. after_flush: counted from the end of the last flush. linger: from the first entry of an empty batch. reset: a timer that each flush and each firing sets anew.</source>
        <translation>fixed: fester Takt im Intervall. after_flush: vom Ende des letzten Flushs an gezählt. linger: vom ersten Eintrag eines leeren Stapels an. reset: ein Wecker, den jeder Flush und jedes Klingeln neu stellt.</translation>
    </message>
    <message>
        <source>A batch also ends before its keys, values and errors exceed this size.</source>
        <translation>Ein Stapel endet auch, bevor seine Schlüssel, Werte und Fehler diese Größe überschreiten.</translation>
    </message>
    <message>
        <source> keys</source>
        <translation> Schlüssel</translation>
    </message>
    <message>
        <source>How many keys of one agent are buffered at most.</source>
        <translation>Wie viele Schlüssel eines Agenten höchstens gepuffert werden.</translation>
    </message>
    <message>
        <source>A value that was written less than this ago is not written again; 0 s: every value is. Other writers of the database are not noticed.</source>
        <translation>Ein Wert, der vor weniger als dieser Zeit geschrieben wurde, wird nicht noch einmal geschrieben; 0 s: jeder Wert wird geschrieben. Andere, die in die Datenbank schreiben, werden nicht bemerkt.</translation>
    </message>
    <message>
        <source>How many keys are remembered for that, 64 bytes each.</source>
        <translation>Wie viele Schlüssel dafür gemerkt werden, 64 Bytes je Schlüssel.</translation>
    </message>
</context>
<context>
    <name>metabatch::gui::WatchSource</name>
    <message>
        <source>Watching %1, read-only</source>
        <translation>Hört %1 zu, nur lesend</translation>
    </message>
</context>
<context>
    <name>metabatch::gui::WhatIfPanel</name>
    <message>
        <source>Replays the updates of the last minutes with other settings, through the same batcher and a modelled database. The running settings do not change. The charts show the result as dotted lines.</source>
        <translation>Spielt die Updates der letzten Minuten mit anderen Einstellungen noch einmal durch denselben Batcher und eine modellierte Datenbank. Die laufenden Einstellungen ändern sich nicht. Die Diagramme zeigen das Ergebnis als gepunktete Linien.</translation>
    </message>
    <message>
        <source>Result</source>
        <translation>Ergebnis</translation>
    </message>
    <message>
        <source>%1, what if</source>
        <translation>%1, was wäre wenn</translation>
    </message>
    <message>
        <source>&amp;Replay</source>
        <translation>&amp;Wiedergeben</translation>
    </message>
    <message>
        <source>Play the last minutes again with these settings</source>
        <translation>Die letzten Minuten mit diesen Einstellungen noch einmal abspielen</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>Abbrechen</translation>
    </message>
    <message>
        <source>Cancel the replay</source>
        <translation>Die Wiedergabe abbrechen</translation>
    </message>
    <message>
        <source>Clear</source>
        <translation>Leeren</translation>
    </message>
    <message>
        <source>Empty the fields and remove the dotted lines</source>
        <translation>Die Felder leeren und die gepunkteten Linien entfernen</translation>
    </message>
    <message>
        <source>&amp;Use these settings</source>
        <translation>Diese Einstellungen &amp;übernehmen</translation>
    </message>
    <message>
        <source>Apply the tried settings to the running batcher</source>
        <translation>Die erprobten Einstellungen für den laufenden Batcher übernehmen</translation>
    </message>
    <message>
        <source>Replay</source>
        <translation>Wiedergabe</translation>
    </message>
    <message>
        <source>%1 (running)</source>
        <translation>%1 (läuft)</translation>
    </message>
    <message>
        <source>Too few updates have arrived yet: try again in a few seconds.</source>
        <translation>Noch sind zu wenige Meldungen angekommen: in ein paar Sekunden noch einmal versuchen.</translation>
    </message>
    <message>
        <source>What is wrong with the settings</source>
        <translation>Was an den Einstellungen nicht stimmt</translation>
    </message>
    <message>
        <source>How it was calculated</source>
        <translation>Wie es berechnet wurde</translation>
    </message>
    <message>
        <source>When it was calculated</source>
        <translation>Wann es berechnet wurde</translation>
    </message>
    <message>
        <source>&amp;Follow new arrivals</source>
        <translation>&amp;Neuen Meldungen folgen</translation>
    </message>
    <message>
        <source>Calculate it again every few seconds while it is visible and the charts follow</source>
        <translation>Alle paar Sekunden neu berechnen, solange es zu sehen ist und die Diagramme folgen</translation>
    </message>
    <message>
        <source>Calculated at %1, and again every few seconds.</source>
        <translation>Berechnet um %1, alle paar Sekunden neu.</translation>
    </message>
    <message>
        <source>Calculated at %1; it does not change while the charts stand still.</source>
        <translation>Berechnet um %1; ändert sich nicht, solange die Diagramme stillstehen.</translation>
    </message>
    <message>
        <source>Calculated at %1.</source>
        <translation>Berechnet um %1.</translation>
    </message>
    <message>
        <source>It cannot be calculated: the measurements give no model of the database.</source>
        <translation>Das lässt sich nicht berechnen: Die Messwerte ergeben kein Modell der Datenbank.</translation>
    </message>
</context>
<context>
    <name>metabatch::models::ChannelLog</name>
    <message>
        <source>listening began: earlier notifications are lost</source>
        <translation>das Zuhören begann: frühere Benachrichtigungen sind verloren</translation>
    </message>
    <message>
        <source>%1, first at byte %2</source>
        <translation>%1, zuerst bei Byte %2</translation>
    </message>
    <message>
        <source>this program</source>
        <translation>dieses Programm</translation>
    </message>
    <message>
        <source>Time</source>
        <translation>Zeit</translation>
    </message>
    <message>
        <source>Bytes</source>
        <translation>Bytes</translation>
    </message>
    <message>
        <source>Agents</source>
        <translation>Agenten</translation>
    </message>
    <message>
        <source>Duplicates</source>
        <translation>Doppelte</translation>
    </message>
    <message>
        <source>Unreadable</source>
        <translation>Unlesbar</translation>
    </message>
    <message>
        <source>Sender</source>
        <translation>Absender</translation>
    </message>
    <message>
        <source>First agent</source>
        <translation>Erster Agent</translation>
    </message>
    <message>
        <source>unreadable at byte %1
</source>
        <translation>unlesbar bei Byte %1
</translation>
    </message>
    <message>
        <source>%1 behind the last whole id
</source>
        <translation>%1 hinter der letzten ganzen ID
</translation>
    </message>
    <message>
        <source>%1 not received: read everything again</source>
        <translation>%1 nicht empfangen: alles neu lesen</translation>
    </message>
</context>
<context>
    <name>metabatch::models::ComparisonTable</name>
    <message>
        <source>figure</source>
        <translation>Zahl</translation>
    </message>
    <message>
        <source>difference</source>
        <translation>Unterschied</translation>
    </message>
</context>
<context>
    <name>metabatch::models::DoctorFindings</name>
    <message>
        <source>✔ good</source>
        <translation>✔ gut</translation>
    </message>
    <message>
        <source>● notice</source>
        <translation>● Hinweis</translation>
    </message>
    <message>
        <source>▲ warning</source>
        <translation>▲ Warnung</translation>
    </message>
    <message>
        <source>✖ problem</source>
        <translation>✖ Problem</translation>
    </message>
    <message>
        <source>%1 that would lose data</source>
        <translation>%1 mit Datenverlust</translation>
    </message>
    <message>
        <source>%1 good</source>
        <translation>%1 gut</translation>
    </message>
    <message>
        <source>Verdict</source>
        <translation>Urteil</translation>
    </message>
    <message>
        <source>Subject</source>
        <translation>Gegenstand</translation>
    </message>
    <message>
        <source>Finding</source>
        <translation>Befund</translation>
    </message>
    <message>
        <source>What to do</source>
        <translation>Was zu tun ist</translation>
    </message>
</context>
<context>
    <name>metabatch::models::FlushLog</name>
    <message>
        <source>  unreadable at byte %1
</source>
        <translation>  unlesbar bei Byte %1
</translation>
    </message>
    <message>
        <source>  … and %1 more
</source>
        <translation>  … und %1 weitere
</translation>
    </message>
    <message>
        <source>Time</source>
        <translation>Zeit</translation>
    </message>
    <message>
        <source>Reason</source>
        <translation>Anlass</translation>
    </message>
    <message>
        <source>Entries</source>
        <translation>Einträge</translation>
    </message>
    <message>
        <source>Agents</source>
        <translation>Agenten</translation>
    </message>
    <message>
        <source>Chunks</source>
        <translation>Nachrichten</translation>
    </message>
    <message>
        <source>Duration</source>
        <translation>Dauer</translation>
    </message>
    <message>
        <source>Outcome</source>
        <translation>Ergebnis</translation>
    </message>
    <message>
        <source>SQLSTATE</source>
        <translation>SQLSTATE</translation>
    </message>
    <message>
        <source> (%1 discarded)</source>
        <translation> (%1 verworfen)</translation>
    </message>
    <message>
        <source>written %1</source>
        <translation>geschrieben %1</translation>
    </message>
    <message>
        <source>rows_stale</source>
        <translation>Zeile neuer</translation>
    </message>
    <message>
        <source>unmatched</source>
        <translation>ohne Zeile</translation>
    </message>
    <message>
        <source>quarantined</source>
        <translation>abgelehnt</translation>
    </message>
    <message>
        <source>retries</source>
        <translation>Wiederholungen</translation>
    </message>
    <message>
        <source>publish errors</source>
        <translation>Zustellfehler</translation>
    </message>
    <message>
        <source>Flush %1 at %2, %3: %4 of %5 in %6
%7
</source>
        <translation>Flush %1 um %2, %3: %4 von %5 in %6
%7
</translation>
    </message>
    <message>
        <source>1 entry</source>
        <translation>1 Eintrag</translation>
    </message>
    <message>
        <source>%1 entries</source>
        <translation>%1 Einträge</translation>
    </message>
    <message>
        <source>The payloads of this flush are no longer stored.
</source>
        <translation>Die Nachrichten dieses Flushs sind nicht mehr gespeichert.
</translation>
    </message>
    <message>
        <source>
Chunk %1 of %2: %3, %4
</source>
        <translation>
Nachricht %1 von %2: %3, %4
</translation>
    </message>
    <message>
        <source>  payload %1
</source>
        <translation>  Inhalt %1
</translation>
    </message>
</context>
<context>
    <name>metabatch::models::Quarantine</name>
    <message>
        <source> … (%1 characters)</source>
        <translation> … (%1 Zeichen)</translation>
    </message>
    <message>
        <source>Refused at</source>
        <translation>Abgelehnt um</translation>
    </message>
    <message>
        <source>Agent</source>
        <translation>Agent</translation>
    </message>
    <message>
        <source>Key</source>
        <translation>Schlüssel</translation>
    </message>
    <message>
        <source>Value</source>
        <translation>Wert</translation>
    </message>
    <message>
        <source>What was wrong</source>
        <translation>Was falsch war</translation>
    </message>
    <message>
        <source>SQLSTATE</source>
        <translation>SQLSTATE</translation>
    </message>
    <message>
        <source>Collected at</source>
        <translation>Erhoben um</translation>
    </message>
    <message>
        <source>Value, %1 bytes</source>
        <translation>Wert, %1 Bytes</translation>
    </message>
    <message>
        <source>Error, %1 bytes</source>
        <translation>Fehler, %1 Bytes</translation>
    </message>
</context>
<context>
    <name>metabatch::models::RowTable</name>
    <message>
        <source>never</source>
        <translation>nie</translation>
    </message>
    <message>
        <source>Agent</source>
        <translation>Agent</translation>
    </message>
    <message>
        <source>Key</source>
        <translation>Schlüssel</translation>
    </message>
    <message>
        <source>Value</source>
        <translation>Wert</translation>
    </message>
    <message>
        <source>Error</source>
        <translation>Fehler</translation>
    </message>
    <message>
        <source>Age</source>
        <translation>Alter</translation>
    </message>
</context>
<context>
    <name>metabatch::models::TuningTable</name>
    <message>
        <source>recommended</source>
        <translation>empfohlen</translation>
    </message>
    <message>
        <source>running</source>
        <translation>läuft</translation>
    </message>
    <message>
        <source>drops %1</source>
        <translation>verwirft %1</translation>
    </message>
    <message>
        <source>writes + NOTIFYs/s</source>
        <translation>Schreibvorgänge + NOTIFYs/s</translation>
    </message>
    <message>
        <source>age p99</source>
        <translation>Alter p99</translation>
    </message>
    <message>
        <source>delay p99</source>
        <translation>Verzögerung p99</translation>
    </message>
    <message>
        <source>coalesced</source>
        <translation>zusammengefasst</translation>
    </message>
    <message>
        <source>saved</source>
        <translation>gespart</translation>
    </message>
    <message>
        <source>batch size</source>
        <translation>Stapelgröße</translation>
    </message>
    <message>
        <source>interval</source>
        <translation>Intervall</translation>
    </message>
    <message>
        <source>schedule</source>
        <translation>Zeitplan</translation>
    </message>
    <message>
        <source>queue</source>
        <translation>Warteschlange</translation>
    </message>
    <message>
        <source>remarks</source>
        <translation>Anmerkungen</translation>
    </message>
</context>
<context>
    <name>saveFile</name>
    <message>
        <source>only a part could be written; the disk may be full</source>
        <translation>nur ein Teil konnte geschrieben werden; der Datenträger ist womöglich voll</translation>
    </message>
</context>
</TS>
