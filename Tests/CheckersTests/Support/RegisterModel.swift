import Checkers
import MeshBase

/// Draws histories of one linearizable register per record: operations of concurrent clients take effect at one instant
/// between their beginning and their end, some are refused, and some time out and take effect late or never.
struct RegisterModel {
    private struct Running {
        var client: UInt64
        var operation: OperationID
        var record: RecordID
        var action: History.Action
        var outcome: History.Outcome?
    }

    private var generator: Generator
    private var history = History()
    private var now = Instant.zero
    private var number: UInt64 = 0
    private var current: [RecordID: (version: VersionWitness, value: UInt64?)] = [:]
    private var running: [Running] = []
    /// Timed out before they took effect.
    private var ghosts: [Running] = []
    private let deletes: Bool

    init(seed: UInt64, deletes: Bool = false) {
        generator = Generator(seed: seed, concern: "register-model")
        self.deletes = deletes
    }

    static func history(
        seed: UInt64, operations: Int, clients: Int = 5, records: Int = 3, deletes: Bool = false
    ) -> History {
        var model = RegisterModel(seed: seed, deletes: deletes)
        while model.number < operations || !model.running.isEmpty {
            model.step(clients: clients, records: records, mayStart: model.number < operations)
        }
        return model.history
    }

    private mutating func step(clients: Int, records: Int, mayStart: Bool) {
        now += .microseconds(Int64(generator.below(100)))
        if !ghosts.isEmpty, generator.chance(0.02) {
            var ghost = ghosts.remove(at: Int(generator.below(UInt64(ghosts.count))))
            takeEffect(&ghost)
        }
        if mayStart, running.count < clients, generator.chance(0.5) { return start(records: records) }
        guard !running.isEmpty else { return }
        let index = Int(generator.below(UInt64(running.count)))
        if running[index].outcome == nil, generator.chance(0.9) {
            var work = running[index]
            takeEffect(&work)
            running[index] = work
        } else {
            end(running.remove(at: index))
        }
    }

    private mutating func start(records: Int) {
        number += 1
        let draw = generator.unit()
        let action: History.Action =
            draw < 0.5 ? .read : deletes && draw < 0.6 ? .delete : .write(value: 1_000_000 + number)
        let work = Running(
            client: number % 4, operation: OperationID(number), record: RecordID(generator.below(UInt64(records))),
            action: action)
        running.append(work)
        history.invoke(
            work.operation, History.Invocation(client: work.client, record: work.record, action: action), at: now)
    }

    private mutating func takeEffect(_ work: inout Running) {
        let held = current[work.record] ?? (.none, nil)
        switch work.action {
        case .read:
            work.outcome = held.value.map { .found(held.version, value: $0) } ?? .missing(held.version)
        case .write(let value):
            let version = next(held.version, work)
            current[work.record] = (version, value)
            work.outcome = .acknowledged(version)
        case .delete:
            let version = next(held.version, work)
            current[work.record] = (version, nil)
            work.outcome = .acknowledged(version)
        }
    }

    private mutating func next(_ version: VersionWitness, _ work: Running) -> VersionWitness {
        // The counter need not rise by one, and not at all if the writer's number is higher.
        VersionWitness(
            counter: version.counter + (version.writer < work.operation.rawValue ? generator.below(3) : 1),
            writer: work.operation.rawValue)
    }

    private mutating func end(_ work: Running) {
        let outcome: History.Outcome
        if generator.chance(0.1) {
            outcome = .unknown
            if work.outcome == nil { ghosts.append(work) }
        } else {
            outcome = work.outcome ?? .failed
        }
        history.complete(work.operation, outcome, at: now)
    }
}
