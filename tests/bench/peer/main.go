// SPDX-License-Identifier: Apache-2.0

// The peer that metabatch is measured against: the origin's batching as it was merged, with a store and a publisher that
// do nothing. A bounded channel of updates, one goroutine that merges them into a map keyed by agent and key, a flush to
// parallel slices, base64 chunks of at most 363 agents. Prints one line of name=value pairs.
package main

import (
	"encoding/base64"
	"flag"
	"fmt"
	"os"
	"runtime"
	"sync"
	"time"
)

type uuid [16]byte

const (
	payloadBytes  = 8000 // budget of one NOTIFY
	idSymbols     = 22
	chunkIDs      = payloadBytes / idSymbols
	slotsPerEntry = 5 // channel capacity = this x batch size
)

type entryKey struct {
	agent uuid
	key   string
}

type entryValue struct {
	value, err  string
	collectedAt time.Time
}

type update struct {
	entryKey
	entryValue
}

type batcher struct {
	updates   chan update
	batch     map[entryKey]entryValue
	batchSize int
	done      chan struct{}
	stop      chan struct{}
	processed int
	flushes   int
	rows      int
	published int
}

func newBatcher(batchSize int) *batcher {
	b := &batcher{
		updates: make(chan update, batchSize*slotsPerEntry), batch: map[entryKey]entryValue{},
		batchSize: batchSize, done: make(chan struct{}), stop: make(chan struct{}),
	}
	go b.run()
	return b
}

func (b *batcher) run() {
	tick := time.NewTicker(5 * time.Second)
	defer tick.Stop()
	defer close(b.done)
	for {
		select {
		case u := <-b.updates:
			b.merge(u)
			if b.processed++; len(b.batch) >= b.batchSize {
				b.flush()
			}
		case <-tick.C:
			b.flush()
		case <-b.stop:
			b.flush()
			return
		}
	}
}

func (b *batcher) merge(u update) {
	held, ok := b.batch[u.entryKey]
	if ok && !u.collectedAt.After(held.collectedAt) {
		return
	}
	b.batch[u.entryKey] = u.entryValue
}

func (b *batcher) flush() {
	n := len(b.batch)
	if n == 0 {
		return
	}
	agents, keys := make([]uuid, 0, n), make([]string, 0, n)
	values, errs, stamps := make([]string, 0, n), make([]string, 0, n), make([]time.Time, 0, n)
	keysOf := map[uuid]int{}
	for k, v := range b.batch {
		agents, keys = append(agents, k.agent), append(keys, k.key)
		values, errs, stamps = append(values, v.value), append(errs, v.err), append(stamps, v.collectedAt)
		keysOf[k.agent]++
	}
	b.batch = map[entryKey]entryValue{}
	b.rows += len(agents) + 0*(len(keys)+len(values)+len(errs)+len(stamps)) // the null store
	ids := make([]uuid, 0, len(keysOf))
	for id := range keysOf {
		ids = append(ids, id)
	}
	for _, chunk := range encode(ids) {
		b.published += len(chunk) // the null publisher
	}
	b.flushes++
}

func encode(ids []uuid) [][]byte {
	var chunks [][]byte
	for len(ids) > 0 {
		n := len(ids)
		if n > chunkIDs {
			n = chunkIDs
		}
		chunk := make([]byte, n*idSymbols)
		for i := 0; i < n; i++ {
			base64.RawStdEncoding.Encode(chunk[i*idSymbols:], ids[i][:])
		}
		chunks, ids = append(chunks, chunk), ids[n:]
	}
	return chunks
}

// add offers one report; a blocking one waits for the channel, the other drops as the origin does.
func (b *batcher) add(agent uuid, keys, values, errs []string, stamps []time.Time, block bool) (dropped int) {
	for i := range keys {
		u := update{entryKey{agent, keys[i]}, entryValue{values[i], errs[i], stamps[i]}}
		if block {
			b.updates <- u
			continue
		}
		select {
		case b.updates <- u:
		default:
			dropped++
		}
	}
	return dropped
}

// named is what each watcher of the origin does with each payload: decode until its own id appears.
func named(payload []byte, own uuid) bool {
	for i := 0; i+idSymbols <= len(payload); i += idSymbols {
		var id uuid
		if _, err := base64.RawStdEncoding.Decode(id[:], payload[i:i+idSymbols]); err == nil && id == own {
			return true
		}
	}
	return false
}

// ---- workload: the same bytes as tests/bench/workload.cpp

var keyNames = []string{"cpu_usage", "ram_usage", "home_disk", "cpu_usage_host", "mem_usage_host", "load_host", "swap_usage_host",
	"git_status", "uptime", "processes", "net_rx", "net_tx", "gpu_usage", "docker_ps", "ide_version"}

type rng uint64

func (r *rng) next() uint64 {
	*r += 0x9e3779b97f4a7c15
	z := uint64(*r)
	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9
	z = (z ^ (z >> 27)) * 0x94d049bb133111eb
	return z ^ (z >> 31)
}

type report struct {
	agent              uuid
	keys, values, errs []string
	stamps             []time.Time
}

func reports(agents int) []report {
	r := rng(42)
	out := make([]report, agents)
	for i := range out {
		for half := 0; half < 2; half++ {
			bits := r.next()
			for k := 0; k < 8; k++ {
				out[i].agent[half*8+k] = byte(bits >> (8 * k))
			}
		}
		for _, key := range keyNames {
			out[i].keys = append(out[i].keys, string(append([]byte(nil), key...)))
			out[i].values = append(out[i].values, fmt.Sprintf("%d.%02d/64 GiB (%d%%)", r.next()%64, r.next()%100, r.next()%100))
			out[i].errs = append(out[i].errs, "")
			out[i].stamps = append(out[i].stamps, time.Time{})
		}
	}
	return out
}

func ingest(agents, batchSize, producers, total int, block bool) {
	all := reports(agents)
	b := newBatcher(batchSize)
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	var wait sync.WaitGroup
	drops := make([]int, producers)
	began := time.Now()
	for p := 0; p < producers; p++ {
		wait.Add(1)
		go func(p int) {
			defer wait.Done()
			own := all[p*len(all)/producers : (p+1)*len(all)/producers]
			stamp := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
			for left := total / producers; left > 0; {
				stamp = stamp.Add(time.Millisecond)
				for i := 0; i < len(own) && left > 0; i++ {
					r := &own[i]
					for k := range r.stamps {
						r.stamps[k] = stamp
					}
					drops[p] += b.add(r.agent, r.keys, r.values, r.errs, r.stamps, block)
					left -= len(r.keys)
				}
			}
		}(p)
	}
	wait.Wait()
	for len(b.updates) > 0 {
		time.Sleep(20 * time.Microsecond)
	}
	took := time.Since(began).Seconds()
	close(b.stop)
	<-b.done
	runtime.ReadMemStats(&after)
	dropped := 0
	for _, d := range drops {
		dropped += d
	}
	fmt.Printf("items_per_second=%.0f processed=%d dropped=%d flushes=%d rows=%d allocations=%d\n",
		float64(b.processed)/took, b.processed, dropped, b.flushes, b.rows, after.Mallocs-before.Mallocs)
}

func timed(items int, work func()) {
	work()
	rounds, began := 0, time.Now()
	for time.Since(began) < 300*time.Millisecond {
		for i := 0; i < 16; i++ {
			work()
		}
		rounds += 16
	}
	fmt.Printf("items_per_second=%.0f\n", float64(rounds*items)/time.Since(began).Seconds())
}

func main() {
	work := flag.String("work", "ingest", "ingest, encode, decode or fanout")
	agents := flag.Int("agents", 600, "agents of 15 keys each")
	batch := flag.Int("batch", 500, "entries a batch")
	producers := flag.Int("producers", 1, "adding goroutines")
	total := flag.Int("total", 6000000, "updates in all")
	drop := flag.Bool("drop", false, "drop when the channel is full, as shipped, instead of waiting")
	watchers := flag.Int("watchers", 100, "watchers of one payload")
	flag.Parse()
	ids := make([]uuid, 0, chunkIDs+*watchers)
	for _, r := range reports(chunkIDs + *watchers) {
		ids = append(ids, r.agent)
	}
	payload := encode(ids[:chunkIDs])[0]
	sink := 0
	switch *work {
	case "ingest":
		ingest(*agents, *batch, *producers, *total, !*drop)
	case "encode":
		timed(chunkIDs, func() { sink += len(encode(ids[:chunkIDs])) })
	case "decode":
		timed(chunkIDs, func() {
			for i := 0; i < chunkIDs; i++ {
				n, _ := base64.RawStdEncoding.Decode(ids[i][:], payload[i*idSymbols:(i+1)*idSymbols])
				sink += n
			}
		})
	case "fanout": // every second watcher's agent is in the payload
		timed(1, func() {
			for w := 0; w < *watchers; w++ {
				own := ids[chunkIDs+w]
				if w%2 == 0 {
					own = ids[w*7%chunkIDs]
				}
				if named(payload, own) {
					sink++
				}
			}
		})
	default:
		fmt.Fprintln(os.Stderr, "peer: -work is ingest, encode, decode or fanout")
		os.Exit(2)
	}
}
