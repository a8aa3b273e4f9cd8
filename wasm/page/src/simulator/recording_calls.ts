// SPDX-License-Identifier: Apache-2.0
import type { Handlers } from '../job';

const kBlock = 1 << 22; // bytes: some tens of milliseconds, after which a cancellation is seen

export interface Recorded {
  updates: number;
  reports: number;
  badLines: number;
  /** For the field `duration`: all of it arrives. */
  duration: string;
  /** The first bad lines. */
  problems: string[];
}
export interface RecordingCalls {
  /** Takes a recorded session in place of the fleet from now on; null: the fleet again. */
  record: { request: File | null; answer: Recorded; progress: number };
}

const recordingNames = ['lines', 'reports', 'updates', 'bad_lines'] as const;
const none: Recorded = { updates: 0, reports: 0, badLines: 0, duration: '', problems: [] };

export const recordingHandlers: Handlers<RecordingCalls> = {
  record: async (core, file, job) => {
    core.call(file ? 'mb_recording_begin' : 'mb_recording_forget');
    for (let at = 0; file && at < file.size; at += kBlock) {
      const block = new Uint8Array(await file.slice(at, at + kBlock).arrayBuffer());
      if (job.isCancelled) return none; // another one may have begun meanwhile
      core.give(block);
      core.call('mb_recording_add');
      job.progress(at / file.size);
      await job.breathe();
      if (job.isCancelled) return none;
    }
    const counts = core.row('recording', recordingNames, core.reals('mb_recording_end'));
    const [duration, ...problems] = core.text('mb_recording_text').split('\n').slice(0, -1);
    if (!counts) return none;
    return { updates: counts.updates, reports: counts.reports, badLines: counts.bad_lines, duration: duration ?? '', problems };
  },
};
