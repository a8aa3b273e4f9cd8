#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes manual pages and shell completions of a program from what its --help prints.

usage: manual.py PROGRAM VERSION FOLDER

FOLDER/man1/ receives one page for the program and one for each subcommand, FOLDER/{bash,zsh,fish}/ the completions.
The program's help stays the only text: nothing is described twice.
"""
import os
import re
import subprocess
import sys
from pathlib import Path

ENTRY = re.compile(r'^  (?=\S)(.+?)(?:\s{2,}(\S.*))?$')
HEADING = re.compile(r'^([A-Z][^.]*):$')
VERBATIM = ('Examples', 'Example')


class Entry:
    """One option, positional or subcommand: `names` as printed, without its argument."""

    def __init__(self, head, text):
        self.head, self.text = head, text
        self.names = [name for name in re.split(r'[,\s]', head) if name.startswith('-')]
        self.takes_value = bool(self.names) and ' ' in head.replace(',', ' ').removeprefix(' '.join(self.names))
        self.is_file = head.endswith(('FILE', 'FOLDER', 'DIR'))

    def long_name(self):
        return next((name for name in self.names if name.startswith('--')), None)


class Help:
    """A help text in its parts: summary, usage, sections of entries, and paragraphs that are none."""

    def __init__(self, text):
        self.summary, self.usage, self.sections, self.notes = '', '', [], []
        lines = text.split('\n')
        while lines and not self.summary:
            self.summary = lines.pop(0).strip()
        section = None
        for line in lines:
            heading, entry = HEADING.match(line), ENTRY.match(line)
            if line.startswith('Usage: '):
                self.usage = line.removeprefix('Usage: ')
            elif heading:
                section = (heading[1], [])
                self.sections.append(section)
            elif not line.strip():
                section = section if section and section[0] in VERBATIM else None if not section else section
                if not section:
                    self.notes.append('')
            elif section and section[0] in VERBATIM:
                section[1].append(line.strip())
            elif section and entry:
                section[1].append(Entry(entry[1], entry[2] or ''))
            elif section and line.startswith(' ' * 10) and section[1]:
                section[1][-1].text = (section[1][-1].text + ' ' + line.strip()).strip()
            else:
                section = None
                self.notes.append(line)

    def entries(self):
        return [entry for title, entries in self.sections if title not in VERBATIM for entry in entries]

    def subcommands(self):
        return next((entries for title, entries in self.sections if title == 'Subcommands'), [])

    def options(self):
        return [entry for entry in self.entries() if entry.names]


def help_of(program, *command):
    environment = dict(os.environ, QT_QPA_PLATFORM='offscreen', TERM='dumb', COLUMNS='100')
    done = subprocess.run([program, *command, '--help'], capture_output=True, text=True, env=environment, check=True)
    return Help(done.stdout)


def roff(text):
    """Text that roff prints as it is."""
    text = text.replace('\\', '\\e').replace('-', '\\-')
    return '\n'.join('\\&' + line if line.startswith(('.', "'")) else line for line in text.split('\n'))


def page(name, help_text, version, others):
    lines = [f'.TH {roff(name.upper())} 1 "" "metabatch {roff(version)}" "User Commands"', '.SH NAME',
             f'{roff(name)} \\- {roff(help_text.summary.rstrip("."))}', '.SH SYNOPSIS', roff(help_text.usage)]
    for title, entries in help_text.sections:
        lines.append(f'.SH {roff(title.upper())}')
        if title in VERBATIM:
            lines += ['.nf', *[roff(line) for line in entries], '.fi']
            continue
        for entry in entries:
            lines += ['.TP', f'.B {roff(entry.head)}', roff(entry.text) or '\\&']
    notes = '\n'.join(help_text.notes).strip()
    if notes:
        lines.append('.SH NOTES')
        for paragraph in re.split(r'\n{2,}', notes):
            lines += ['.PP', roff(paragraph)]
    if others:
        lines += ['.SH SEE ALSO', ', '.join(f'\\fB{roff(other)}\\fR(1)' for other in others)]
    return '\n'.join(lines) + '\n'


def bash(program, commands):
    def words(entries):
        return ' '.join(name for entry in entries for name in entry.names if name.startswith('--'))

    cases = '\n'.join(f'    {name}) options="{words(text.options())}" ;;' for name, text in commands.items() if name)
    files = sorted({name for text in commands.values() for entry in text.options() if entry.is_file for name in entry.names})
    function = '_' + program.replace('-', '_')
    return f'''# bash completion for {program}
{function}() {{
  local current=${{COMP_WORDS[COMP_CWORD]}} previous=${{COMP_WORDS[COMP_CWORD - 1]}} options
  local commands="{' '.join(name for name in commands if name)}"
  case ${{COMP_WORDS[1]}} in
{cases or '    -) ;;'}
    *) options="{words(commands[''].options())}" ;;
  esac
  if [[ " {' '.join(files)} " == *" $previous "* ]]; then
    mapfile -t COMPREPLY < <(compgen -f -- "$current")
  elif [[ $current == -* ]]; then
    mapfile -t COMPREPLY < <(compgen -W "$options" -- "$current")
  elif ((COMP_CWORD == 1)) && [[ $commands ]]; then
    mapfile -t COMPREPLY < <(compgen -W "$commands" -- "$current")
  else
    mapfile -t COMPREPLY < <(compgen -f -- "$current")
  fi
}}
complete -o filenames -F {function} {program}
'''


def quoted(text):
    return "'" + text.replace("'", "'\\''") + "'"


def zsh(program, commands):
    def spec(entry):
        name, text = entry.long_name() or entry.names[0], re.sub(r'([\[\]:\\])', r'\\\1', entry.text)
        value = (':file:_files' if entry.is_file else ':value:') if entry.takes_value else ''
        return quoted(f'{name}[{text}]{value}')

    lines = [f'#compdef {program}', f'_{program.replace("-", "_")}() {{', '  local -a commands']
    lines.append('  commands=(' + ' '.join(quoted(f'{entry.head}:{entry.text}') for entry in commands[''].subcommands()) + ')')
    lines.append('  case ${words[2]} in')
    for name, text in commands.items():
        if name:
            lines.append(f'    {name}) shift words; ((CURRENT--)); _arguments ' + ' '.join(map(spec, text.options())) + " '*:file:_files' ;;")
    top = ' '.join(map(spec, commands[''].options()))
    describe = "_describe command commands; " if commands[''].subcommands() else ''
    lines += [f'    *) {describe}_arguments {top} ;;', '  esac', '}', f'_{program.replace("-", "_")} "$@"']
    return '\n'.join(lines) + '\n'


def fish(program, commands):
    names = ' '.join(name for name in commands if name)
    lines = []
    for entry in commands[''].subcommands():
        lines.append(f'complete -c {program} -f -n "not __fish_seen_subcommand_from {names}" -a {entry.head} -d {quoted(entry.text)}')
    for name, text in commands.items():
        seen = f' -n "__fish_seen_subcommand_from {name}"' if name else ' -n __fish_use_subcommand' if names else ''
        for entry in text.options():
            if long_name := entry.long_name():
                value = (' -r -F' if entry.is_file else ' -x') if entry.takes_value else ''
                lines.append(f'complete -c {program}{seen} -l {long_name[2:]}{value} -d {quoted(entry.text)}')
    return '\n'.join(lines) + '\n'


def main(program, version, folder):
    name, folder = Path(program).name, Path(folder)
    commands = {'': help_of(program)}
    for entry in commands[''].subcommands():
        commands[entry.head] = help_of(program, entry.head)
    for part in ('man1', 'bash', 'zsh', 'fish'):
        (folder / part).mkdir(parents=True, exist_ok=True)
    titles = {command: f'{name}-{command}' if command else name for command in commands}
    for command, text in commands.items():
        others = [title for other, title in titles.items() if other != command] if not command else [name]
        (folder / 'man1' / f'{titles[command]}.1').write_text(page(titles[command], text, version, others if len(titles) > 1 else []))
    (folder / 'bash' / name).write_text(bash(name, commands))
    (folder / 'zsh' / f'_{name}').write_text(zsh(name, commands))
    (folder / 'fish' / f'{name}.fish').write_text(fish(name, commands))


if __name__ == '__main__':
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    main(*sys.argv[1:])
