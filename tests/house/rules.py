# SPDX-License-Identifier: Apache-2.0
"""The rules of the house, each with its reason. A rule is a function of one file that yields (line, finding)."""
import posixpath
import re

import cpp_text
import markdown_text

HEADER_LINES, SOURCE_LINES, FUNCTION_LINES, PROSE_COLUMNS = 150, 400, 40, 100

# Includes run one way: a room may include its own headers and those of the rooms it names.
ROOMS = {
    'core': {'core'},
    'engine': {'core', 'engine'},
    'feed': {'core', 'engine', 'feed'},
    'sql': {'core', 'engine', 'sql'},
    'pubsub': {'core', 'engine', 'sql', 'pubsub'},
    'service': {'core', 'engine', 'feed', 'sql', 'pubsub', 'service'},
    'models': {'core', 'models'},
    'cli': {'core', 'engine', 'feed', 'sql', 'pubsub', 'service', 'models', 'cli'},
    'gui': {'core', 'engine', 'feed', 'sql', 'pubsub', 'models', 'gui'},
    'wasm': {'core', 'wasm'},
}

# The folders of core/src, whose headers the other rooms include by folder and name.
CORE_FOLDERS = {'base', 'batching', 'payload', 'inspect', 'metrics', 'recording', 'fleet', 'simulation', 'health', 'agentrpc'}


# Words of an earlier vocabulary, with the words that replace them. Only words that mean nothing
# else here.
OLD_WORDS = {r'rehears\w*': 'dry_run', r'hunt(s|ed|ing)?': 'bisect', r'by and by': 'over time', r'held now': 'buffered'}
OLD_WORDS_YET = ('resources/translations/', 'tests/house/')


class File:
    def __init__(self, path, text):
        self.path, self.text = path, text
        self.lines = text.split('\n')
        self.is_cpp = path.endswith(('.hpp', '.cpp'))
        self.is_header = path.endswith('.hpp')
        self.is_typescript = path.endswith('.ts') and not path.startswith('resources/')  # not a translation
        self.is_shell = path.endswith('.sh') or text.startswith(('#!/usr/bin/env bash', '#!/bin/bash', '#!/bin/sh'))
        self.code = cpp_text.blank(text) if self.is_cpp else text
        self.code_and_strings = cpp_text.blank(text, keep_strings=True) if self.is_cpp else text

    @property
    def room(self):
        """The room of the sources this file belongs to; tests belong to none."""
        parts = self.path.split('/')
        if parts[0] == 'qtapp':
            return parts[1] if len(parts) > 2 else None
        return parts[0] if parts[0] in ('core', 'wasm') else None

    def grep(self, pattern, text=None):
        for number, line in enumerate((self.code if text is None else text).split('\n'), 1):
            match = re.search(pattern, line)
            if match:
                yield number, match.group(0).strip()


RULES = []


def rule(reason):
    def register(check):
        RULES.append((check.__name__.replace('_', '-'), reason, check))
        return check
    return register


@rule('the platform is asked once, in the top CMakeLists.txt and in wasm/: the same core runs everywhere')
def platform_macro(file):
    if file.room == 'wasm':
        return
    if file.is_cpp:
        yield from file.grep(r'\b(__EMSCRIPTEN__|__wasm\w*|_WIN32|_WIN64|__APPLE__|__linux__|__unix__|__ANDROID__'
                             r'|Q_OS_\w+|Q_PROCESSOR_\w+)\b')
    elif file.path.endswith('CMakeLists.txt') and file.path != 'CMakeLists.txt':
        yield from file.grep(r'\bif\s*\([^#]*\bEMSCRIPTEN\b')


@rule('the driver gives the core the time, and one thread owns it; a clock or a thread inside could not be tested on virtual time')
def clock_or_thread_in_core(file):
    if file.room == 'core' and file.is_cpp:
        yield from file.grep(r'#\s*include\s*<(thread|mutex|shared_mutex|condition_variable|atomic|future|semaphore|latch'
                             r'|barrier|stop_token|ctime|time\.h|sys/time\.h|pthread\.h|unistd\.h)>')
        yield from file.grep(r'\b(system_clock|steady_clock|high_resolution_clock|clock_gettime|gettimeofday'
                             r'|thread_local)\b')


@rule('the core does no I/O and never prints; text for people is made at the edge')
def io_in_core(file):
    if file.room == 'core' and file.is_cpp:
        yield from file.grep(r'#\s*include\s*<(iostream|fstream|ostream|istream|filesystem|sys/.*|fcntl\.h)>')
        yield from file.grep(r'(?<![\w.>])(std::)?(printf|fprintf|puts|fputs|fopen|fwrite|fread|perror)\s*\(')


@rule('the core is standard library only, and the engine too: the thread sanitizer and the browser cannot see into Qt')
def qt_below_the_arrow(file):
    if file.room in ('core', 'engine', 'wasm') and file.is_cpp:
        yield from file.grep(r'#\s*include\s*[<"](Q[A-Z]\w*|Qt\w*/.*)[>"]')


@rule('models are values that are shown: QtCore only, no SQL, no widget; a window reaches a database only through its room')
def sql_or_widget_in_models(file):
    if file.room == 'models' and file.is_cpp:
        yield from file.grep(r'#\s*include\s*[<"](QtSql|QSql|QtWidgets|QtGui|QtCharts|QWidget)\w*')
    if file.room == 'gui' and file.is_cpp:
        yield from file.grep(r'#\s*include\s*[<"](QtSql|QSql)\w*')


@rule('a test that sleeps or polls is slow and still fails on a busy machine: name instants and rendezvous')
def sleep_in_tests(file):
    if file.is_cpp and file.path.startswith(('tests/core/', 'tests/engine/')):
        yield from file.grep(r'\b(sleep_for|sleep_until|usleep|nanosleep|qSleep|qWait|qWaitFor|QTRY_\w+|msleep|yield)\b'
                             r'|\b(sleep|poll)\s*\(')


@rule('nothing unordered may ever reach an output, and the two standard libraries order differently')
def unordered_in_core(file):
    if file.room == 'core' and file.is_cpp:
        yield from file.grep(r'\bunordered_\w+')


@rule('the standard distributions differ between libraries: the same seed would not give the same run in the browser')
def distribution_in_core(file):
    if file.room == 'core' and file.is_cpp:
        yield from file.grep(r'\b\w+_distribution\s*<')


@rule(f'a header over {HEADER_LINES} lines is more than one contract')
def long_header(file):
    if file.is_header and len(file.lines) - 1 > HEADER_LINES:
        yield len(file.lines) - 1, f'{len(file.lines) - 1} lines'


@rule(f'a source over {SOURCE_LINES} lines does more than one thing')
def long_source(file):
    is_source = file.path.endswith(('.cpp', '.py', '.js', '.mjs', '.cmake', '.go'))
    if (is_source or file.is_typescript or file.is_shell) and len(file.lines) - 1 > SOURCE_LINES:
        yield len(file.lines) - 1, f'{len(file.lines) - 1} lines'


@rule(f'a function over {FUNCTION_LINES} lines cannot be seen at once (the _data() table of a test may be)')
def long_function(file):
    if not file.is_cpp:
        return
    for name, first, last in cpp_text.functions(file.text):
        if last - first + 1 > FUNCTION_LINES and not name.endswith('_data'):
            yield first, f'{name}: {last - first + 1} lines'


@rule('every file states its licence: core and page are Apache-2.0, the window is GPL-3.0-or-later')
def spdx_line(file):
    if not (file.is_cpp or file.is_typescript or file.is_shell) and not file.path.endswith(
            ('.py', '.cmake', 'CMakeLists.txt', '.js', '.mjs', '.css', '.html', '.sql', '.in', '.go', '.md', '.yml', '.yaml')):
        return
    if not any('SPDX-License-Identifier: ' in line for line in file.lines[:3]):
        yield 1, 'no SPDX-License-Identifier in the first three lines'


def _room_of_include(file, target):
    if target.startswith('.') or '/' not in target:
        target = posixpath.normpath(posixpath.join(posixpath.dirname(file.path), target))
        return File(target, '').room
    first = target.split('/')[0]
    return 'core' if first == 'metabatch' or first in CORE_FOLDERS else first if first in ROOMS else None


@rule('includes run one way: core <- engine <- feed, sql <- pubsub <- service <- cli; feed, sql, pubsub <- gui; '
      'core <- models <- cli, gui; core <- wasm')
def include_upward(file):
    if not file.is_cpp or file.room not in ROOMS:
        return
    for number, seen in file.grep(r'#\s*include\s*"[^"]+"', file.code_and_strings):
        room = _room_of_include(file, seen.split('"')[1])
        if room and room not in ROOMS[file.room]:
            yield number, f'{file.room} includes {seen.split(chr(34))[1]}'


@rule(f'prose over {PROSE_COLUMNS} columns is hard to read beside code; tables and code may be longer')
def long_prose(file):
    if not file.path.endswith('.md'):
        return
    for number, line in markdown_text.prose(file.text):
        if len(line) > PROSE_COLUMNS and ' ' in line.strip(' *-')[:PROSE_COLUMNS]:
            yield number, f'{len(line)} columns'


@rule(f'a comment over {PROSE_COLUMNS} columns is hard to read beside code; what is indented below it, such as '
      'a format or an example, may be longer')
def long_comment(file):
    if not (file.is_cpp or file.is_typescript or file.path.endswith(('.sql', '.proto'))):
        return
    for number, line in enumerate(file.lines, 1):
        if len(line) > PROSE_COLUMNS and re.match(r'\s*(///?|--) (?!  |GRANT )\S+ ', line):
            yield number, f'{len(line)} columns'


@rule('one thing has one name; these words were replaced by the terms of databases and queues')
def old_word(file):
    if file.path.startswith(OLD_WORDS_YET) or file.path.startswith('tests/fuzz/corpus/'):
        return
    for pattern, new in OLD_WORDS.items():
        for number, seen in file.grep(rf'(?i)(?<![A-Za-z]){pattern}(?![A-Za-z0-9])', file.text):
            yield number, f'"{seen}": say {new}'
