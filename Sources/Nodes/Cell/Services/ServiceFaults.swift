import Chaos
import MeshBase

/// The faults on the services of one cell, and the calls whose work they hold back.
struct ServiceFaults {
    /// How a call's work is held back.
    enum Hold: Equatable {
        /// It begins now.
        case none
        /// It begins so much later.
        case delayed(TimeAmount)
        /// It begins when `replace` lets it go.
        case hung
    }

    /// By service; empty while none is struck, so that a call of a sound cell asks once.
    private var effects: [ServiceEffect] = []
    /// By service, in the order in which they were held: each holds a worker, so there are no more than workers.
    private var held: [[SlabKey]]
    private var random: Generator
    private(set) var counters: [ServiceFaultCounters]
    /// All work takes so many times as long, 1 or more: a fault on the cell.
    var slowness = 1.0
    /// Work that was late by that.
    private(set) var slowed: UInt64 = 0

    /// The least that work is taken to last, where it is to last longer: a service that does nothing would not be slow.
    static let leastWork = TimeAmount.milliseconds(1)

    init(services: Int, seed: UInt64, node: UInt64) {
        held = Array(repeating: [], count: services)
        counters = Array(repeating: ServiceFaultCounters(), count: services)
        random = Generator(seed: seed, concern: "service.faults", node: node)
    }

    /// Whether anything is done to the work of a service.
    func strikes(_ service: Int) -> Bool { slowness > 1 || isStruck(service) }

    private func isStruck(_ service: Int) -> Bool { !effects.isEmpty && !effects[service].isNone }

    /// Replaces the faults in force.
    /// - Returns: the calls that nothing holds back any more, by service, in the order in which they were held. A fault that
    ///   still delays keeps what it holds; a service whose faults have changed otherwise lets all of it go.
    mutating func replace(_ new: [ServiceEffect]) -> [SlabKey] {
        let old = effects
        effects = new.allSatisfy(\.isNone) ? [] : new
        var free: [SlabKey] = []
        for service in held.indices where !held[service].isEmpty {
            let before = old.isEmpty ? .none : old[service]
            let after = effects.isEmpty ? .none : effects[service]
            guard !after.hangs, before.hangs || before.delays != after.delays else { continue }
            free += held[service]
            held[service] = []
        }
        return free
    }

    /// Asked once when the work of a call is about to begin; what is held is remembered until `release`, `replace` or
    /// `forget`.
    ///
    /// - Parameter work: how long the work lasts, about.
    mutating func hold(_ key: SlabKey, of service: Int, work: TimeAmount) -> Hold {
        guard strikes(service) else { return .none }
        var delay = TimeAmount.zero
        if isStruck(service) {
            if effects[service].hangs {
                counters[service].hung += 1
                held[service].append(key)
                return .hung
            }
            delay = effects[service].delay(&random)
            if delay > .zero { counters[service].delayed += 1 }
        }
        if slowness > 1 {
            delay = delay + max(work, Self.leastWork) * (slowness - 1)
            slowed &+= 1
        }
        guard delay > .zero else { return .none }
        held[service].append(key)
        return .delayed(delay)
    }

    /// The time of a held call is over.
    /// - Returns: false where a fault that hangs has come upon it meanwhile: it stays held.
    mutating func release(_ key: SlabKey, of service: Int) -> Bool {
        guard effects.isEmpty || !effects[service].hangs else { return false }
        forget(key, of: service)
        return true
    }

    /// A call has ended, held or not.
    mutating func forget(_ key: SlabKey, of service: Int) {
        guard !held[service].isEmpty else { return }
        held[service].removeAll { $0 == key }
    }

    /// The status with which a call fails whose work is done; nil where it does not.
    mutating func failure(of service: Int) -> UInt16? {
        guard isStruck(service), let status = effects[service].failure(&random) else { return nil }
        counters[service].failed += 1
        return status
    }
}

/// What faults have done to the calls of one service; they only rise.
package struct ServiceFaultCounters: Sendable, Equatable {
    /// Work that began later.
    package var delayed: UInt64 = 0
    /// Work that did not go on while a fault lasted.
    package var hung: UInt64 = 0
    /// Calls that failed though their work was done.
    package var failed: UInt64 = 0
}
