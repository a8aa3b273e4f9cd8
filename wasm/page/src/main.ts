// SPDX-License-Identifier: Apache-2.0
import { keepOffline } from './assets';
import { Frame } from './frame';
import { Inspector } from './inspector/view';
import { listenAnywhere } from './intake';
import { Model } from './scenario/model';
import { SimulatorView } from './simulator/view';
import { TunerView } from './tuner/view';

const inspector = new Inspector();
const scenario = new Model();
const simulator = new SimulatorView(scenario);
const frame = new Frame([inspector, simulator, new TunerView(scenario)]);
frame.start();
listenAnywhere((brought) => {
  const [first] = brought;
  if (first && 'file' in first && simulator.takeFile(first.file)) return;
  frame.go(inspector.name);
  inspector.take(brought);
});
keepOffline();
