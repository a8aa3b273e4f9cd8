# SPDX-License-Identifier: Apache-2.0
"""check.py LUPDATE SOURCE_FOLDER: what the sources let people read, beside what the translations have.

Fails when a translation lacks more than a tenth of the strings, or when it takes the place holders of one apart. Lists
what it lacks: `./dev translate` brings the strings into the files.
"""
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ElementTree

MOST_MISSING = 0.1


def place_holders(text):
    return sorted(set(re.findall(r'%\d|%n', text)))


def read(file):
    """(context, source, translations, is finished) of each message that is in the sources."""
    for context in ElementTree.parse(file).getroot().findall('context'):
        for message in context.findall('message'):
            translation = message.find('translation')
            if translation.get('type') in ('vanished', 'obsolete'):
                continue
            forms = [form.text or '' for form in translation.findall('numerusform')] or [translation.text or '']
            is_finished = translation.get('type') != 'unfinished' and all(forms)
            yield context.find('name').text, message.find('source').text, forms, is_finished


def check(lupdate, root, translation):
    with tempfile.TemporaryDirectory() as folder:
        fresh = pathlib.Path(folder) / translation.name
        shutil.copy(translation, fresh)
        subprocess.run([lupdate, '-silent', '-no-obsolete', '-locations', 'none', '-I', root / 'qtapp',
                        root / 'qtapp/gui', root / 'qtapp/models', '-ts', fresh], check=True)
        messages = list(read(fresh))
    missing = [(context, source) for context, source, _, is_finished in messages if not is_finished]
    torn = [(context, source) for context, source, forms, is_finished in messages
            if is_finished and any(place_holders(form) != place_holders(source) for form in forms)]
    for context, source in missing:
        print(f'{translation.name}: not translated: {context}: {source!r}')
    for context, source in torn:
        print(f'{translation.name}: place holders differ: {context}: {source!r}')
    print(f'{translation.name}: {len(messages) - len(missing)} of {len(messages)} strings translated')
    return len(messages) > 100 and len(missing) <= MOST_MISSING * len(messages) and not torn


def main():
    lupdate, root = sys.argv[1], pathlib.Path(sys.argv[2])
    translations = sorted((root / 'resources/translations').glob('*.ts'))
    good = [check(lupdate, root, translation) for translation in translations]
    return 0 if good and all(good) else 1


if __name__ == '__main__':
    sys.exit(main())
