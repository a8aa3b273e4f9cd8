// SPDX-License-Identifier: Apache-2.0
import { button, h } from '../dom';
import type { CoreWorker } from '../core_worker';
import { counted } from '../numbers';

/** Where the arrivals come from: the fleet of the form, or a recorded session that was opened or dropped. */
export class RecordingBar {
  readonly element: HTMLElement;
  /** Another one is there, or none any more. */
  onChange: (recorded: { duration: string; file: File } | undefined) => void = () => {};
  private readonly words = h('p', { class: 'muted recorded', role: 'status' });
  private readonly file = h('input', { type: 'file', accept: '.ndjson,.jsonl', hidden: '', id: 'recording-file' });
  private readonly forget = button('Back to the fleet', () => void this.take(null), { id: 'forget-recording', hidden: true });
  private reading: AbortController | undefined;
  private current = ''; // what is said of the recording in use

  constructor(private readonly worker: CoreWorker) {
    this.element = h('div', { class: 'recording' }, button('Open a recording', () => this.file.click(), { id: 'open-recording' }), this.forget, this.words, this.file);
    this.file.addEventListener('change', () => {
      const [file] = this.file.files!;
      if (file) void this.take(file);
      this.file.value = '';
    });
  }

  /** @shape file: null for the fleet again */
  async take(file: File | null): Promise<void> {
    this.reading?.abort();
    const mine = (this.reading = new AbortController());
    try {
      this.words.textContent = file ? `Reading ${file.name}` : '';
      const found = await this.worker.call('record', file, { signal: mine.signal, onProgress: (share) => (this.words.textContent = `Reading ${file!.name}: ${Math.round(share * 100)} %`) });
      const isThere = found.updates > 0;
      const bad = found.badLines > 0 ? ` ${counted(found.badLines, 'line')} could not be read: ${found.problems.slice(0, 3).join('; ')}.` : '';
      if (file && !isThere) {
        this.words.textContent = `${file.name}: no update is in it.${bad} ${this.current}`; // what was there stays
        return;
      }
      this.forget.hidden = !isThere;
      this.current = file ? `${file.name}: ${counted(found.updates, 'update')} in ${counted(found.reports, 'report')} arrive in place of a fleet.${bad}` : '';
      this.words.textContent = this.current;
      this.onChange(file ? { duration: found.duration, file } : undefined);
    } catch (error) {
      if (!mine.signal.aborted) this.words.textContent = error instanceof Error ? error.message : String(error);
    }
  }
}
