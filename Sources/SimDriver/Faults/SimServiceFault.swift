import Chaos
import MeshBase
import Topology

/// Something done to the work of a service, in every cell that has it or in one: `Chaos.Fault` without a lease.
package struct SimServiceFault: Sendable, Hashable {
    package enum Effect: Sendable, Hashable {
        /// Work begins so much later, and up to the jitter more or less.
        case latency(TimeAmount, jitter: TimeAmount)
        /// This ratio of calls fails with this status.
        case errors(Double, status: UInt16)
        /// Work does not go on until the fault ends.
        case hang
    }

    package var effect: Effect
    /// A service.
    package var target: TargetSelector

    package init(_ effect: Effect, _ target: TargetSelector) {
        self.effect = effect
        self.target = target
    }

    /// As the cells' own code composes it.
    var fault: Fault {
        switch effect {
        case .latency(let base, let jitter):
            Fault(id: "", kind: .latency, side: target, delay: Delay(base: base, jitter: jitter))
        case .errors(let ratio, let status): Fault(id: "", kind: .errors, side: target, rate: ratio, status: status)
        case .hang: Fault(id: "", kind: .hang, side: target)
        }
    }

    func problem(in topology: MeshTopology) -> String? {
        guard (try? TargetSelector(target.text, in: topology)) != nil else {
            return "a fault names \(target.text), and the topology \(topology.name) has no such service"
        }
        switch effect {
        case .hang: return nil
        case .latency(let base, let jitter):
            let range = TimeAmount.zero...Delay.longest
            return range.contains(base) && range.contains(jitter) ? nil : "work begins up to an hour later"
        case .errors(let ratio, let status):
            if !(0...1).contains(ratio) { return "a ratio lies between 0 and 1, not at \(ratio)" }
            return (400...599).contains(status) ? nil : "a service fails with a status of 400 to 599, not \(status)"
        }
    }
}

/// The written form: `latency service/payment 800ms`, `errors cell/us-east-1/service/payment 0.5 503`, `hang service/x`.
extension SimServiceFault {
    var words: [String] {
        switch effect {
        case .latency(let base, .zero): ["latency", target.text, SimFault.written(base)]
        case .latency(let base, let jitter):
            ["latency", target.text, SimFault.written(base), SimFault.written(jitter)]
        case .errors(let ratio, 500): ["errors", target.text, "\(ratio)"]
        case .errors(let ratio, let status): ["errors", target.text, "\(ratio)", "\(status)"]
        case .hang: ["hang", target.text]
        }
    }

    init?(_ verb: String, _ words: [String]) {
        guard let target = words.first.flatMap({ TargetSelector(text: $0) }), target.isService else { return nil }
        switch (verb, words.count) {
        case ("latency", 2...3):
            guard let base = SimFault.amount(words[1]) else { return nil }
            guard let jitter = words.count == 3 ? SimFault.amount(words[2]) : .zero else { return nil }
            self.init(.latency(base, jitter: jitter), target)
        case ("errors", 2...3):
            guard let ratio = SimFault.ratio(words[1]) else { return nil }
            guard let status = words.count == 3 ? UInt16(words[2]) : 500 else { return nil }
            self.init(.errors(ratio, status: status), target)
        case ("hang", 1): self.init(.hang, target)
        default: return nil
        }
    }
}

extension Simulation {
    /// Tells the cells what strikes their services now; one that stands still learns it when it goes on.
    func strikeServices() {
        for machine in mesh where !machine.isPaused { strikeServices(of: machine) }
    }

    func strikeServices(of machine: SimMachine) {
        guard case .cell(let cell) = machine.work, let process = machine.process as? CellProcess else { return }
        let rules = ServiceRules(
            cell: machine.name, services: topology.blueprint(of: cell).services.map(\.name),
            faults: serviceFaults.map(\.fault))
        guard process.strike(rules.effects) else { return }
        turn(process)
    }
}
