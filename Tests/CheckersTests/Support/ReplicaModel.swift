import Checkers
import MeshBase

/// A replicated store that clients use one after the other, with knobs that break it. Whole, it is correct.
struct ReplicaModel {
    struct Held {
        var version = VersionWitness.none
        var value: UInt64?
    }

    struct Faults {
        var read = 2
        var write = 2
        /// Chance that a write which was acknowledged never reached one of its replicas.
        var acknowledgesBeforePersist = 0.0
        /// Chance that a write takes the version of the one before it.
        var reusesVersion = 0.0
        /// Chance that a write which was refused stays on a replica.
        var keepsRefused = 0.0
        /// Chance that an old value comes back with a new version.
        var resurrects = 0.0
        /// Chance that a read makes its value up.
        var invents = 0.0
    }

    var faults: Faults
    private(set) var history = History()
    private(set) var writes = AcknowledgedWrites()
    private var replicas = [Held](repeating: Held(), count: 3)
    private var generator: Generator
    private var number: UInt64 = 0
    private var earlier: [UInt64] = []
    static let record = RecordID(7)

    init(seed: UInt64, faults: Faults) {
        self.faults = faults
        generator = Generator(seed: seed, concern: "replica-model")
    }

    /// Runs operations and reads back at the end.
    static func run(seed: UInt64, operations: Int = 300, _ faults: Faults) -> ReplicaModel {
        var model = ReplicaModel(seed: seed, faults: faults)
        for _ in 0..<operations { model.step() }
        model.readBack()
        return model
    }

    private mutating func some(_ count: Int) -> [Int] {
        Array(Array(0..<3).shuffled(using: &generator).prefix(count))
    }

    private mutating func newest(of replicas: [Int]) -> Held {
        replicas.map { self.replicas[$0] }.max { $0.version < $1.version } ?? Held()
    }

    private mutating func step() {
        number += 1
        let operation = OperationID(number)
        let at = Instant(nanoseconds: Int64(number))
        let reads = generator.chance(0.5)
        let action: History.Action = reads ? .read : .write(value: number)
        history.invoke(
            operation, History.Invocation(client: 1, record: ReplicaModel.record, action: action), at: at)
        history.complete(operation, reads ? read() : write(number), at: at)
    }

    private mutating func read() -> History.Outcome {
        if generator.chance(faults.resurrects), let old = earlier.randomElement(using: &generator) {
            let version = VersionWitness(counter: newest(of: [0, 1, 2]).version.counter + 1, writer: 1)
            for index in 0..<3 { replicas[index] = Held(version: version, value: old) }
        }
        let held = newest(of: some(faults.read))
        guard let value = held.value else { return .missing(held.version) }
        return .found(held.version, value: generator.chance(faults.invents) ? value + 1_000_000 : value)
    }

    private mutating func write(_ value: UInt64) -> History.Outcome {
        let seen = newest(of: some(max(faults.read, 1))).version
        let version =
            generator.chance(faults.reusesVersion) && seen != .none
            ? seen : VersionWitness(counter: seen.counter + 1, writer: number)
        let targets = some(faults.write)
        if generator.chance(0.1) {
            if generator.chance(faults.keepsRefused) {
                for target in targets { replicas[target] = Held(version: version, value: value) }
            }
            return .failed
        }
        for target in targets where !generator.chance(faults.acknowledgesBeforePersist) {
            replicas[target] = Held(version: version, value: value)
        }
        earlier.append(value)
        let at = Instant(nanoseconds: Int64(value))
        writes.acknowledged(ReplicaModel.record, value: value, version: version, began: at, ended: at)
        return .acknowledged(version)
    }

    private mutating func readBack() {
        for record in writes.recordsToRead {
            let held = newest(of: some(faults.read))
            writes.readBack(record, held.value.map { .found(held.version, value: $0) } ?? .missing)
        }
    }
}
