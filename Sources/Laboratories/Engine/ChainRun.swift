import MeshBase
import Resilience

/// One run of a chain.
struct ChainRun<Leaf: LeafModel>: Sendable {
    let model: ChainModel
    let leaf: Leaf
    var hops: [HopState]
    var replicas: [WorkerPool<Job>]
    var calls: [Call] = []
    var freeCalls: [Int] = []
    var agenda = Agenda<Event>()
    var tally: ChainTally
    var random: Generator
    private var arrivals: Generator
    private var nextRequest: UInt64 = 0
    /// Whose turn it is among replicas of which callers do not know.
    var nextReplica = 0
    /// Attempts of each call that wait at a gate, by ticket.
    var tickets: [UInt64: AttemptName] = [:]
    var nextTicket: UInt64 = 0

    /// The calls of a hop, and its gates: one for each target.
    struct HopState: Sendable {
        var scope: CallScope
        var gates: [TargetGate]
        /// Whose turn it is.
        var turn = 0
    }

    /// A call that may be over.
    struct CallName: Sendable, Equatable {
        var index: Int
        var generation: UInt32
    }

    struct AttemptName: Sendable, Equatable {
        var call: CallName
        var token: CallToken
    }

    /// Work of the last service.
    struct Job: Sendable, Equatable {
        var attempt: AttemptName
        var replica: Int
        var request: UInt64
        /// Of the same request, counted over all its calls.
        var number: UInt64
    }

    struct Held: Sendable {
        var permit: GatePermit?
        var position: Int
        var sent: Instant
        var ticket: UInt64?
        var child: CallName?
        var job: Job?
    }

    struct Call: Sendable {
        var state: CallState
        var generation: UInt32
        var isUsed: Bool
        var hop: Int
        var began: Instant
        var parent: AttemptName?
        var request: UInt64
        var armed = Instant.distantFuture
        var held: [UInt8: Held] = [:]
        /// Where the gate is asked once a call.
        var permit: GatePermit?
        var permitAt = 0
        var lastEnd = AttemptEnd.ok
    }

    enum Event: Sendable {
        case arrival
        case timer(CallName, at: Instant)
        case ended(AttemptName, AttemptEnd)
        case done(Job, AttemptEnd)
        case look
    }

    /// Work that one request has led to, for drawing by number.
    var attemptsOf: [UInt64: UInt64] = [:]

    init(_ model: ChainModel, _ leaf: Leaf) {
        self.model = model
        self.leaf = leaf
        hops = model.hops.enumerated().map { index, hop in
            let isLast = index == model.hops.count - 1
            let targets = isLast && hop.plan.isSpread ? model.replicas : 1
            return HopState(
                scope: CallScope(hop.plan),
                gates: (0..<targets).map { TargetGate(hop.gate, now: .zero, salt: UInt64(index * 16 + $0)) })
        }
        replicas = (0..<model.replicas).map { _ in
            WorkerPool(workers: model.workers, queueLimit: model.queue)
        }
        tally = ChainTally(hops: model.hops.count, end: model.end)
        random = Generator(seed: model.seed, concern: "lab/policies")
        arrivals = Generator(seed: model.seed, concern: "lab/arrivals")
    }

    var now: Instant { agenda.now }
    var lastHop: Int { hops.count - 1 }

    /// To the end of its time.
    mutating func run() {
        scheduleArrival()
        agenda.add(.look, at: .zero + .seconds(1))
        while let event = agenda.next(before: model.end) {
            switch event {
            case .arrival:
                nextRequest += 1
                tally.at(now) { $0.offered += 1 }
                begin(hop: 0, parent: nil, deadline: .distantFuture, request: nextRequest)
                scheduleArrival()
            case .timer(let name, let at): elapsed(name, at)
            case .ended(let attempt, let end): ended(attempt, end)
            case .done(let job, let end): done(job, end)
            case .look: look()
            }
        }
    }

    private mutating func scheduleArrival() {
        guard model.rate > 0 else { return }
        agenda.add(.arrival, at: now + arrivals.exponentialTime(mean: TimeAmount(seconds: 1 / model.rate)))
    }

    /// Once a second gates look at what moves slowly.
    private mutating func look() {
        for hop in hops.indices {
            for gate in hops[hop].gates.indices {
                hops[hop].gates[gate].look(model.hops[hop].gate, now: now) { _ in }
                turns(hop, gate)
            }
        }
        agenda.add(.look, at: now + .seconds(1))
    }
}
