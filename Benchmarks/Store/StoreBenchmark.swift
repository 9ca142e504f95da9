import Glibc
import MeshBase
import Replication
import Store

/// Acknowledged writes per second through `RecordStore.run`, against the C interface of SQLite with the same pragmas,
/// table and batches. Rounds of both are interleaved, so that both meet the same disturbances.
///
///     swift run -c release store-benchmark [ROUNDS [BATCHES_PER_ROUND [BATCH_SIZE [VALUE_BYTES]]]]
enum StoreBenchmark {
    static func run(_ arguments: [String]) {
        func argument(_ position: Int, _ fallback: Int) -> Int {
            position < arguments.count ? Int(arguments[position]).flatMap { $0 > 0 ? $0 : nil } ?? fallback : fallback
        }
        let rounds = argument(0, 10)
        let batches = argument(1, 200)
        let size = argument(2, 100)
        let valueBytes = argument(3, 100)

        var template = Array("./store-benchmark-XXXXXX".utf8CString)
        guard let made = mkdtemp(&template) else { fatalError("no temporary directory: errno \(errno)") }
        let directory = String(cString: made)
        defer { remove(directory) }
        do {
            let store = try RecordStore(
                path: "\(directory)/store.sqlite", cell: "benchmark", birth: StoreBirth(storeID: 1, isFounding: true),
                durability: .process)
            let raw = RawSQLite(path: "\(directory)/raw.sqlite")
            print("batches of \(size) writes, values of \(valueBytes) bytes, \(batches) batches a round")
            var storeRates: [Double] = []
            var rawRates: [Double] = []
            for round in 0..<rounds {
                let work = Workload(
                    seed: UInt64(round), batches: batches, size: size, valueBytes: valueBytes, customers: 1_000,
                    keys: 1_000)
                let writes = Double(batches * size)
                // Alternating the order keeps a warm disk cache from favouring one of them.
                if round % 2 == 0 { rawRates.append(writes / seconds { run(raw, work) }) }
                storeRates.append(writes / seconds { run(store, work) })
                if round % 2 == 1 { rawRates.append(writes / seconds { run(raw, work) }) }
                print("round \(round): store \(Int(storeRates[round]))/s  raw \(Int(rawRates[round]))/s")
            }
            let (ours, ceiling) = (median(storeRates), median(rawRates))
            let ratio = median(zip(storeRates, rawRates).map { $0 / $1 })
            print("store  \(Int(ours)) acknowledged writes/s (median)")
            print("raw    \(Int(ceiling)) acknowledged writes/s (median)")
            print("ratio  \((ratio * 1000).rounded() / 1000) (median of rounds; must be >= 0.6, goal >= 0.8)")
            store.close()
        } catch {
            fatalError("\(error)")
        }
    }

    private static func run(_ store: RecordStore, _ work: Workload) {
        for batch in work.batches {
            for answer in store.run(batch.orders) {
                guard case .written = answer.outcome else { fatalError("not written: \(answer.outcome)") }
            }
        }
    }

    private static func run(_ raw: borrowing RawSQLite, _ work: Workload) {
        for batch in work.batches { raw.run(batch) }
    }

    private static func seconds(_ body: () -> Void) -> Double {
        var start = timespec()
        var end = timespec()
        clock_gettime(CLOCK_MONOTONIC, &start)
        body()
        clock_gettime(CLOCK_MONOTONIC, &end)
        return Double(end.tv_sec - start.tv_sec) + Double(end.tv_nsec - start.tv_nsec) / 1e9
    }

    private static func median(_ values: [Double]) -> Double {
        let sorted = values.sorted()
        return sorted.isEmpty ? 0 : (sorted[(sorted.count - 1) / 2] + sorted[sorted.count / 2]) / 2
    }

    private static func remove(_ directory: String) {
        for name in ["store.sqlite", "raw.sqlite"] {
            for suffix in ["", "-wal", "-shm"] { unlink("\(directory)/\(name)\(suffix)") }
        }
        rmdir(directory)
    }
}
